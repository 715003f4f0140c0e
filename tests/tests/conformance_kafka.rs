//! The Kafka bus passes the conformance suite.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use openedx_events::{
    conformance::Harness,
    conformance_tests,
    event_bus::{EntryId, EventBus, Header, KafkaBus, KafkaOptions, Message},
};
use openedx_events_tests::{
    kafka_server::{KafkaServer, Record},
    schema_registry::{Keeps, Registry},
};
use rdkafka::consumer::{BaseConsumer, Consumer as _};

struct Kafka {
    /// `None` if Kafka is not installed, which is allowed with `OFFLINE=1`.
    bus: Option<KafkaBus>,
}

impl Kafka {
    /// Connects to the servers that all cases share.
    fn new() -> Self {
        static REGISTRY: OnceLock<Registry> = OnceLock::new();
        let registry = REGISTRY.get_or_init(|| Registry::start(Keeps::Canonical));
        let bus = KafkaServer::shared().map(|kafka| {
            let mut options = KafkaOptions::new(kafka.bootstrap(), [registry.url()]);
            options.produce_timeout = Duration::from_secs(10);
            KafkaBus::new(options).unwrap()
        });
        Self { bus }
    }

    fn server() -> &'static KafkaServer {
        KafkaServer::shared().expect("a server")
    }
}

impl Harness for Kafka {
    fn bus(&self) -> Arc<dyn EventBus> {
        Arc::new(self.bus.clone().expect("Kafka is installed"))
    }

    fn create_topic(&self, topic: &str) {
        Self::server().create_topic(topic, 1);
    }

    fn trim(&self, topic: &str, max_len: usize) {
        let (_, end) = Self::server().watermarks(topic, 0);
        Self::server().delete_records(topic, 0, end - i64::try_from(max_len).unwrap());
    }

    fn revoke(&self, topic: &str, group: &str) {
        // Lets another member join the group and leave it again.
        let mut config = Self::server().client();
        config.set("group.id", group).set("partition.assignment.strategy", "range,roundrobin");
        let other: BaseConsumer = config.create().unwrap();
        other.subscribe(&[topic]).unwrap();
        let joined = Instant::now() + self.patience();
        while Self::server().members(group) < 2 {
            assert!(Instant::now() < joined, "the other member does not join");
            other.poll(Duration::from_millis(100));
        }
    }

    fn send_foreign(&self, topic: &str, message: Message) -> EntryId {
        let names =
            ["ce_type", "ce_id", "ce_source", "ce_time", "ce_minorversion", "sourcehost", "sourcelib"];
        let name = |header| names[Header::ALL.iter().position(|known| *known == header).unwrap()].to_owned();
        let headers = message.headers().map(|(header, value)| (name(header), Some(value.to_vec())));
        let record = Record {
            partition: Some(0),
            // No consumer looks for this schema, because it does not know the event.
            value: Some([&[0, 0, 0, 0, 77], message.event_data().unwrap()].concat()),
            headers: headers.collect(),
            ..Record::default()
        };
        Self::server().write(topic, &[record]);
        EntryId::new(format!("0-{}", Self::server().watermarks(topic, 0).1 - 1))
    }

    /// Many members join their groups at the same time, and the server shares the processors with them.
    fn patience(&self) -> Duration {
        Duration::from_mins(2)
    }
}

conformance_tests!(Kafka::new());
