//! The servers that the tests use.

use std::thread;

use openedx_events_tests::{
    golden::Vector,
    kafka_server::KafkaServer,
    schema_registry::{Apicurio, Keeps, Registry},
};
use serde_json::json;

use crate::rust::Service;

/// A broker and a registry.
#[derive(Clone, Debug)]
pub(crate) struct Servers {
    pub(crate) kafka: &'static KafkaServer,
    /// The URL of the registry.
    pub(crate) registry: String,
    is_apicurio: bool,
}

/// Calls `test` for each kind of registry: Apicurio's releases, or ours in place of the ones that are not installed.
pub(crate) fn each_registry(test: impl Fn(&Servers)) {
    // These take seconds to start.
    let (kafka, real) = thread::scope(|scope| {
        let both = [Keeps::Canonical, Keeps::Verbatim];
        let starting = both.map(|keeps| scope.spawn(move || (keeps, Apicurio::shared(keeps))));
        (KafkaServer::shared(), starting.map(|registry| registry.join().expect("the registry starts")))
    });
    let Some(kafka) = kafka else { return };
    for (keeps, real) in real {
        let ours = if real.is_none() { Some(Registry::start(keeps)) } else { None };
        let url = real.map(Apicurio::url).or(ours.as_ref().map(Registry::url));
        println!("with a registry that keeps {keeps:?} texts");
        test(&Servers { kafka, registry: url.expect("one of both"), is_apicurio: ours.is_none() });
    }
}

/// Returns a broker, and a registry in this process.
pub(crate) fn with_our_registry(keeps: Keeps) -> Option<(Servers, Registry)> {
    let kafka = KafkaServer::shared()?;
    let registry = Registry::start(keeps);
    Some((Servers { kafka, registry: registry.url(), is_apicurio: false }, registry))
}

impl Servers {
    /// Returns the vectors whose schemas the registry takes. Apicurio refuses the hyphen of one event type.
    pub(crate) fn takes<'a>(&self, mut vectors: Vec<&'a Vector>) -> Vec<&'a Vector> {
        vectors.retain(|vector| !self.is_apicurio || !vector.event.event_type().contains('-'));
        vectors
    }

    /// Starts a service in this process.
    pub(crate) fn service(&self) -> Service {
        Service::with(json!({
            "EVENTS_SERVICE_NAME": "rust",
            "EVENT_BUS_PRODUCER": "edx_event_bus_kafka.create_producer",
            "EVENT_BUS_CONSUMER": "edx_event_bus_kafka.KafkaEventConsumer",
            "EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap(),
            "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL": self.registry,
            // Long, because many tests share the machine.
            "EVENT_BUS_PRODUCER_TIMEOUT": 30,
        }))
    }

    /// Creates a topic that no other test uses, with four partitions.
    pub(crate) fn new_topic(&self) -> String {
        use std::sync::atomic::{AtomicU32, Ordering};

        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let topic = format!("interop-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.kafka.create_topic(&topic, 4);
        topic
    }
}
