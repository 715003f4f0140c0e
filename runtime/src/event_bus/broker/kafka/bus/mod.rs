//! The event bus on Apache Kafka, with the records, schemas and consumer groups of the Python services.
//!
//! `client` makes the clients of librdkafka. `registry` knows the schemas, `frame` and `record` the form of messages, and `reading`
//! how to read messages of other writers. `producer`, `member` and `operations` implement their traits on top of these; `reader` and
//! `admin` look at topics, `ranges` and `scan` use the reader, `offsets` asks for positions, `marks` has what members store with them, and `dead_letters` keeps the dead letters of a group. This folder may
//! use `wire`, the traits of `broker`, the settings of Kafka, event definitions and their registry.

mod admin;
mod audit;
mod client;
mod client_errors;
mod dead_letters;
mod failure;
mod frame;
mod marks;
mod member;
mod native_offsets;
mod native_record;
mod offsets;
mod operations;
mod options;
mod position;
mod producer;
mod ranges;
mod reader;
mod reading;
mod record;
mod registry;
mod rights;
mod scan;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

pub use options::KafkaOptions;

use client_errors::ClientErrors;
use member::KafkaMember;
use operations::KafkaOperations;
use producer::KafkaProducer;
use reading::Readings;
use registry::Registry;

use crate::event_bus::{
    broker::{
        AuditLog, BusError, Capability, EventBus, EventBusConsumer, EventBusProducer, Operations,
        Subscription, kafka::capabilities::can,
    },
    trouble::Trouble,
};

/// The event bus on Apache Kafka, with a schema registry that has the interface of Confluent's.
///
/// Each record has the headers, the key and the value that Python's `edx-event-bus-kafka` writes and reads. Topics must exist,
/// unless the brokers create them.
///
/// Making a bus does not connect. Making a producer does, in the background.
///
/// # Keys and order
///
/// Kafka keeps the order of events with the same key, which the key field of a route chooses. A key can be a string, a number,
/// a boolean or bytes, and null if it is an `Option`; events with a null key go to any partition. Keys choose the same partitions
/// as in Python.
///
/// # Schemas
///
/// The first event of a type and topic registers the schemas of the key and of the event, with the texts and under the subjects
/// of Python, `{topic}-{event type}.CloudEvent` and, for example, `{topic}-string`. If the registry refuses a schema, the event
/// is refused, and the error has the registry's words. While the registry is away, events with schemas that are known are sent.
///
/// # Delivery
///
/// An event counts as sent when all replicas that are in sync have it. Events keep their order when the client sends them again,
/// and the client does not write them twice.
///
/// If a send times out, the client may still deliver the event. When the event is sent again, the bus first checks whether that
/// has happened. The topic gets the event twice only if the client gave up a request that a broker had already stored. In the
/// background, the client sends events again until they arrive, even if the brokers are away for hours. A flush that times out
/// takes them back.
///
/// If a topic refuses several messages in one request because its `max.message.bytes` is small, they are sent one by one for a
/// minute.
///
/// If brokers refuse messages in the background, for example because a right is missing, the bus replaces the client, and sends the
/// messages that it still held after the refused ones. Refused messages are tried one by one until the topic takes them.
///
/// # TLS
///
/// Connections to the brokers are encrypted by OpenSSL, which is part of the program; they trust the authorities that it finds
/// on the system, or those that `ssl.ca.location` names in
/// [`KafkaClientConfig`](crate::event_bus::settings::KafkaClientConfig). Connections to the registry are encrypted by `rustls`,
/// with the cryptography provider that the process has chosen (`CryptoProvider::install_default`), or with `ring`.
///
/// ```
/// use openedx_events::event_bus::{EventBus, KafkaBus, KafkaOptions};
///
/// let bus = KafkaBus::new(KafkaOptions::new("localhost:9092", ["http://localhost:8081"]))?;
/// let producer = bus.producer()?;
/// # Ok::<(), openedx_events::event_bus::BusError>(())
/// ```
#[derive(Clone)]
pub struct KafkaBus {
    connector: Arc<Connector>,
}

/// What producers, members and operators share.
struct Connector {
    options: KafkaOptions,
    registry: Registry,
    readings: Readings,
    /// The connections that fail, of all clients.
    failing: Arc<Mutex<Trouble>>,
}

impl Connector {
    /// Makes the place for the errors of a client.
    fn client_errors(&self) -> Arc<ClientErrors> {
        Arc::new(ClientErrors::new(&self.options, Arc::clone(&self.failing)))
    }
}

impl KafkaBus {
    /// Makes a bus on the cluster that `options` describe.
    ///
    /// # Errors
    ///
    /// If librdkafka refuses a property, or the file of certificates cannot be read or used.
    pub fn new(options: KafkaOptions) -> Result<Self, BusError> {
        client::check(&options)?;
        let registry = Registry::new(&options)?;
        let (readings, failing) = (Readings::default(), Arc::default());
        Ok(Self { connector: Arc::new(Connector { options, registry, readings, failing }) })
    }
}

impl fmt::Debug for KafkaBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KafkaBus").field(&self.connector.options).finish()
    }
}

impl EventBus for KafkaBus {
    /// Adds the field names of Python's bus.
    fn audit_log(&self) -> AuditLog {
        audit::log
    }

    /// Adds the field names of Python's consumer.
    fn consumer_span(&self, subscription: &Subscription) -> tracing::Span {
        audit::span(subscription)
    }

    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(KafkaProducer::new(Arc::clone(&self.connector))?))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(KafkaMember::new(Arc::clone(&self.connector), subscription)?))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(KafkaOperations::new(Arc::clone(&self.connector))?))
    }

    fn can(&self, capability: Capability) -> bool {
        can(capability)
    }
}
