//! A bus on the server that all tests share, and on a registry of its own.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use openedx_events::{
    EventDefinition, EventsMetadata, codec,
    event_bus::{BusError, EntryId, Envelope, EventBus as _, KafkaBus, KafkaOptions, Message, PartitionKey},
};
use openedx_events_tests::{
    NUMBER_DRAWN, NumberDrawn,
    kafka_server::{KafkaServer, Record},
    log::Lines,
    schema_registry::{Keeps, Registry},
};
use tracing::Level;

pub(crate) struct World {
    pub(crate) kafka: &'static KafkaServer,
    pub(crate) registry: Registry,
    pub(crate) options: KafkaOptions,
}

impl World {
    /// Returns `None` if Kafka is not installed and `OFFLINE=1` is set.
    pub(crate) fn new() -> Option<Self> {
        lines();
        let kafka = KafkaServer::shared()?;
        let registry = Registry::start(Keeps::Canonical);
        let mut options = KafkaOptions::new(kafka.bootstrap(), [registry.url()]);
        options.produce_timeout = Duration::from_secs(20);
        Some(Self { kafka, registry, options })
    }

    pub(crate) fn bus(&self) -> KafkaBus {
        KafkaBus::new(self.options.clone()).unwrap()
    }

    /// Creates a topic with a name of its own.
    pub(crate) fn topic(&self, partitions: i32) -> String {
        let topic = new_topic();
        self.kafka.create_topic(&topic, partitions);
        topic
    }

    /// Sends one envelope with a new producer.
    pub(crate) fn send(&self, envelope: Envelope) -> Result<EntryId, BusError> {
        self.bus().producer().unwrap().send(&[envelope], soon()).remove(0)
    }

    /// Sends one envelope, and returns the record that Kafka has.
    pub(crate) fn sent(&self, envelope: Envelope) -> Record {
        let topic = envelope.topic.to_string();
        self.send(envelope).unwrap();
        let [record] = <[Record; 1]>::try_from(self.kafka.records(&topic)).unwrap();
        record
    }
}

/// Returns the log lines of all tests. A subscriber for each test would miss some: once no subscriber wants a line, `tracing`
/// remembers that for the whole process.
pub(crate) fn lines() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = Lines::default();
        tracing::subscriber::set_global_default(lines.subscriber(Level::INFO)).unwrap();
        lines
    })
}

/// Returns a name that no other topic has.
pub(crate) fn new_topic() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("dev-topic-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Makes the envelope of an event with a key.
pub(crate) fn envelope(
    topic: &str,
    definition: &EventDefinition,
    event_data: Vec<u8>,
    key: Option<(&str, &[u8])>,
) -> Envelope {
    let key = key.map(|(field, value)| PartitionKey { field: field.into(), value: value.to_vec().into() });
    let message = Message::new(&EventsMetadata::of(definition), event_data);
    Envelope { topic: topic.into(), key, message }
}

/// Makes the envelope of a number without a key.
pub(crate) fn number(topic: &str, number: i64) -> Envelope {
    let event_data = codec::encode(&NumberDrawn { number });
    envelope(topic, NUMBER_DRAWN.definition(), event_data, None)
}

/// Returns the number in a record.
pub(crate) fn number_in(record: &Record) -> i64 {
    codec::decode::<NumberDrawn>(&record.value.as_ref().unwrap()[5..]).unwrap().number
}
