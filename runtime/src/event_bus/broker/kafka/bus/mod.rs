//! The event bus on Apache Kafka, with the records, schemas and consumer groups of the Python services.
//!
//! `client` makes the clients of librdkafka. `registry` knows the schemas, `frame` and `record` the form of messages. `producer`
//! implements its trait on top of these. This folder may use `wire`, the traits of `broker`, the settings of Kafka, event
//! definitions and their registry.

// The producer, the member and the operators' tools, which come next, use what is not used yet.
#[allow(dead_code)]
mod client;
#[allow(dead_code)]
mod client_errors;
#[allow(dead_code)]
mod frame;
#[allow(dead_code)]
mod marks;
mod native_headers;
mod options;
#[allow(dead_code)]
mod position;
mod producer;
#[allow(dead_code)]
mod reading;
#[allow(dead_code)]
mod record;
#[allow(dead_code)]
mod registry;

use std::{fmt, sync::Arc};

pub use options::KafkaOptions;

use producer::KafkaProducer;
use reading::Readings;
use registry::Registry;

use crate::event_bus::broker::{
    BusError, Capability, EventBus, EventBusConsumer, EventBusProducer, Operations, Subscription,
    kafka::capabilities::can,
};

/// The event bus on Apache Kafka, with a schema registry.
///
/// A topic is a topic of Kafka. Each record has the headers, the framed key and the framed value that Python's
/// `edx-event-bus-kafka` writes and reads.
///
/// Making a bus does not connect.
#[derive(Clone)]
pub struct KafkaBus {
    connector: Arc<Connector>,
}

/// What producers, members and operators share.
struct Connector {
    options: KafkaOptions,
    #[allow(dead_code)]
    registry: Registry,
    #[allow(dead_code)]
    readings: Readings,
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
        Ok(Self { connector: Arc::new(Connector { options, registry, readings: Readings::default() }) })
    }
}

impl fmt::Debug for KafkaBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KafkaBus").field(&self.connector.options).finish()
    }
}

impl EventBus for KafkaBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(KafkaProducer::new(Arc::clone(&self.connector))?))
    }

    fn consumer(&self, _subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Err(BusError::permanent("the bus on Kafka cannot receive messages yet"))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Err(BusError::permanent("the bus on Kafka has no tools for operators yet"))
    }

    fn can(&self, capability: Capability) -> bool {
        can(capability)
    }
}
