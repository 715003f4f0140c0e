//! Records, read and written without our bus.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext, Message as _, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    message::{Header, Headers as _, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext},
};

use super::KafkaServer;

/// A record as the server keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its partition. [`KafkaServer::write`] lets the partitioner choose if it is `None`.
    pub partition: Option<i32>,
    /// Its place in the partition. [`KafkaServer::write`] ignores it.
    pub offset: i64,
    /// Milliseconds since 1970. [`KafkaServer::write`] ignores it.
    pub timestamp: i64,
    /// The key, if it has one.
    pub key: Option<Vec<u8>>,
    /// The value; none is a tombstone.
    pub value: Option<Vec<u8>>,
    /// The headers in order, which may have no value.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Record {
    /// Returns the value of a header as a string, if the record has it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().find(|(found, _)| found == name)?;
        Some(String::from_utf8_lossy(value.as_deref().unwrap_or_default()).into_owned())
    }
}

impl KafkaServer {
    /// Returns all records of a topic, partition by partition.
    ///
    /// # Panics
    ///
    /// Panics if the server does not deliver them in time.
    #[must_use]
    pub fn records(&self, topic: &str) -> Vec<Record> {
        let mut config = self.client();
        config.set("group.id", "tests-reader").set("enable.auto.commit", "false");
        // The end of a partition, which may come after offsets without a record.
        config.set("enable.partition.eof", "true").set("fetch.wait.max.ms", "10");
        let consumer: BaseConsumer = config.create().expect("a valid configuration");
        let mut list = TopicPartitionList::new();
        for partition in self.partitions(topic) {
            list.add_partition_offset(topic, partition, Offset::Beginning).expect("a valid offset");
        }
        let mut left = list.count();
        consumer.assign(&list).expect("existing partitions");
        let mut records = Vec::new();
        let deadline = Instant::now() + Duration::from_secs(30);
        while left > 0 {
            assert!(Instant::now() < deadline, "reading {topic} takes too long: {left} partitions left");
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => records.push(record(&message)),
                Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => left -= 1,
                Some(Err(error)) => panic!("cannot read {topic}: {error}"),
                None => {}
            }
        }
        records.sort_by_key(|record| (record.partition, record.offset));
        records
    }

    /// Writes records in order and waits until the server has them.
    ///
    /// # Panics
    ///
    /// Panics if it does not accept them.
    pub fn write(&self, topic: &str, records: &[Record]) {
        let mut config = self.client();
        // Like Python's bus, but in order.
        config
            .set("partitioner", "consistent_random")
            .set("enable.idempotence", "true")
            .set("linger.ms", "1");
        send(&config.create_with_context(Reports::default()).expect("a valid configuration"), topic, records);
    }

    /// Writes records in order, in a transaction.
    ///
    /// # Panics
    ///
    /// Panics if it does not accept them.
    pub fn write_in_transaction(&self, topic: &str, records: &[Record]) {
        const LIMIT: Duration = Duration::from_secs(30);
        let mut config = self.client();
        config.set("transactional.id", topic);
        let producer: BaseProducer<Reports> =
            config.create_with_context(Reports::default()).expect("a valid configuration");
        producer.init_transactions(LIMIT).and_then(|()| producer.begin_transaction()).expect("it begins");
        send(&producer, topic, records);
        producer.commit_transaction(LIMIT).expect("it ends");
    }
}

fn send(producer: &BaseProducer<Reports>, topic: &str, records: &[Record]) {
    for record in records {
        let mut headers = OwnedHeaders::new();
        for (key, value) in &record.headers {
            headers = headers.insert(Header { key, value: value.as_ref() });
        }
        let mut new = BaseRecord::<[u8], [u8]>::to(topic).headers(headers);
        new.key = record.key.as_deref();
        new.payload = record.value.as_deref();
        new.partition = record.partition;
        producer.send(new).map_err(|(error, _)| error).expect("the queue takes it");
    }
    producer.flush(Duration::from_secs(30)).expect("the server answers");
    let error = producer.context().0.lock().unwrap_or_else(PoisonError::into_inner).take();
    assert_eq!(error, None, "the server accepts the records");
}

/// Keeps the last error of a record.
#[derive(Default)]
struct Reports(Mutex<Option<String>>);

impl ClientContext for Reports {}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }
    }
}

fn record(message: &rdkafka::message::BorrowedMessage<'_>) -> Record {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    Record {
        partition: Some(message.partition()),
        offset: message.offset(),
        timestamp: message.timestamp().to_millis().unwrap_or(-1),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: headers.map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec))).collect(),
    }
}
