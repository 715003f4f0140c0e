//! A topic on a server, members of a group, and helpers for tests.

use std::time::{Duration, Instant};

use openedx_events::event_bus::{
    BusError, Entry, EntryId, EventBus, EventBusConsumer, KafkaBus, KafkaOptions, Polled, Start, Subscription,
};
use openedx_events_tests::{
    kafka_server::{KafkaServer, Record},
    schema_registry::{Keeps, Registry},
};
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer as _},
};

/// A topic of its own, and a bus.
pub(crate) struct World {
    pub(crate) kafka: &'static KafkaServer,
    pub(crate) registry: Registry,
    pub(crate) topic: String,
    pub(crate) group: String,
    pub(crate) bus: KafkaBus,
}

impl World {
    /// Makes a topic. Returns `None` if Kafka is not installed and `OFFLINE=1` is set.
    pub(crate) fn new(topic: &str, partitions: i32) -> Option<Self> {
        let kafka = KafkaServer::shared()?;
        kafka.create_topic(topic, partitions);
        let registry = Registry::start(Keeps::Canonical);
        let bus = KafkaBus::new(KafkaOptions::new(kafka.bootstrap(), [registry.url()])).unwrap();
        Some(Self { kafka, registry, topic: topic.to_owned(), group: format!("{topic}-readers"), bus })
    }

    /// Writes records whose events this program does not know. Their data is their number.
    pub(crate) fn write(&self, numbers: impl IntoIterator<Item = u32>) {
        self.write_to(Some(0), numbers);
    }

    pub(crate) fn write_to(&self, partition: Option<i32>, numbers: impl IntoIterator<Item = u32>) {
        let records: Vec<_> = numbers.into_iter().map(|number| record(partition, number)).collect();
        self.kafka.write(&self.topic, &records);
    }

    /// Returns a subscription that starts with the oldest entry.
    pub(crate) fn backlog(&self, name: &str) -> Subscription {
        let mut subscription = Subscription::new(&self.topic, &self.group, name);
        subscription.start = Start::Backlog;
        subscription.stores_dead_letters = false;
        subscription
    }

    pub(crate) fn consumer(&self, name: &str) -> Box<dyn EventBusConsumer> {
        self.consumer_of(&self.backlog(name))
    }

    pub(crate) fn consumer_of(&self, subscription: &Subscription) -> Box<dyn EventBusConsumer> {
        self.bus.consumer(subscription).unwrap()
    }

    /// Commits an offset of partition 0 without marks, as other clients do.
    pub(crate) fn commit(&self, offset: i64) {
        let mut config = self.kafka.client();
        let client: BaseConsumer = config.set("group.id", &self.group).create().unwrap();
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.topic, 0, Offset::Offset(offset)).unwrap();
        client.commit(&list, CommitMode::Sync).unwrap();
    }

    /// Returns what the group has committed in a partition, and the metadata.
    pub(crate) fn committed(&self, partition: usize) -> (i64, String) {
        let committed = self.kafka.committed(&self.topic, &self.group);
        committed[partition].clone().expect("the group has an offset")
    }
}

/// A record whose event this program does not know.
pub(crate) fn record(partition: Option<i32>, number: u32) -> Record {
    let header = |name: &str, value: &str| (name.to_owned(), Some(value.as_bytes().to_vec()));
    Record {
        partition,
        key: Some(format!("key {}", number % 7).into()),
        value: Some([&[0, 0, 0, 0, 1], number.to_string().as_bytes()].concat()),
        headers: vec![
            header("ce_type", "org.example.number.drawn.v1"),
            header("ce_id", "0a50b0f4-1d4a-11ef-8ebb-0242ac120002"),
        ],
        ..Record::default()
    }
}

pub(crate) fn number(entry: &Entry) -> u32 {
    let data = entry.message.event_data().unwrap();
    std::str::from_utf8(data).unwrap().parse().unwrap()
}

pub(crate) fn numbers(entries: &[Entry]) -> Vec<u32> {
    entries.iter().map(number).collect()
}

pub(crate) fn ids(entries: &[Entry]) -> Vec<EntryId> {
    entries.iter().map(|entry| entry.id.clone()).collect()
}

pub(crate) const SHORT: Duration = Duration::from_millis(300);
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Polls until `count` entries came, without acknowledging any.
pub(crate) fn receive(consumer: &mut dyn EventBusConsumer, count: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    let deadline = Instant::now() + LONG;
    while entries.len() < count {
        assert!(Instant::now() < deadline, "{} of {count} entries came", entries.len());
        entries.extend(poll(consumer, &[], count - entries.len(), SHORT).entries);
    }
    entries
}

/// Polls, and expects no error.
pub(crate) fn poll(
    consumer: &mut dyn EventBusConsumer,
    acknowledge: &[EntryId],
    max: usize,
    wait: Duration,
) -> Polled {
    consumer.poll(acknowledge, max, wait).unwrap()
}

/// Polls until the poll fails, and returns the error.
pub(crate) fn error(consumer: &mut dyn EventBusConsumer) -> BusError {
    let deadline = Instant::now() + LONG;
    loop {
        match consumer.poll(&[], 10, SHORT) {
            Err(error) => return error,
            Ok(polled) => assert!(Instant::now() < deadline, "no error: {polled:?}"),
        }
    }
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}
