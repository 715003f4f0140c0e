//! How settings choose Kafka.

use std::sync::Arc;

use super::{KafkaClientConfig, KafkaSettings};
use crate::event_bus::{
    broker::{
        BusError, Capability, EventBus,
        built_in::{BuiltIn, Service},
        kafka::capabilities::can,
    },
    settings::{
        finding::{Findings, SettingPath},
        layers::Layers,
        row::Row,
    },
};

const SERVERS: &str = "EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS";
const REGISTRY: &str = "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL";

const CONSUMER: &str = "EVENT_BUS_CONSUMER";
const MAX_LEN: &str = "EVENT_BUS_CONSUMER_DLQ_MAX_LEN";

/// The settings that make no sense without each other.
const LOGINS: [[&str; 2]; 2] = [
    ["EVENT_BUS_KAFKA_API_KEY", "EVENT_BUS_KAFKA_API_SECRET"],
    ["EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_KEY", "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_SECRET"],
];

impl BuiltIn for KafkaSettings {
    fn name(&self) -> &'static str {
        "kafka"
    }

    fn python(&self, setting: &str) -> Option<&'static str> {
        match setting {
            "EVENT_BUS_PRODUCER" => Some("edx_event_bus_kafka.create_producer"),
            CONSUMER => Some("edx_event_bus_kafka.KafkaEventConsumer"),
            _ => None,
        }
    }

    fn family(&self) -> Option<&'static str> {
        Some("KAFKA")
    }

    fn rows(&self) -> &'static [Row] {
        Self::ROWS
    }

    fn can(&self, capability: Capability) -> bool {
        can(capability)
    }

    fn read(&mut self, layers: &Layers, findings: &mut Findings) {
        Self::read(self, |name| layers.get(name), findings);
        if let Some((given, path)) = layers.get("EVENT_BUS_KAFKA_CLIENT_CONFIG") {
            self.client_config = KafkaClientConfig::read(&path, given.value, findings);
        }
    }

    fn check(&self, setting: &str, layers: &Layers, findings: &mut Findings) {
        for (name, what, example) in [
            (SERVERS, "no default servers", "a list such as `one:9092,two:9092`"),
            (REGISTRY, "no default schema registry", "a URL such as `http://registry:8081`"),
        ] {
            if layers.get(name).is_none() {
                findings.error(
                    &SettingPath::new(name, ""),
                    format!("not set\nnote: `{setting}` is `kafka`, which has {what}\nhelp: write {example}"),
                );
            }
        }
        let consumer = layers.get(CONSUMER).and_then(|(given, _)| given.value.as_str());
        if consumer.is_some_and(|value| self.is_called(value, CONSUMER))
            && let Some((_, path)) = layers.get(MAX_LEN)
        {
            findings.warning(
                &path,
                "no effect on Kafka\nnote: a topic drops its oldest messages by age or size, not by number\nhelp: remove it, and limit \
                 the age of dead letters with `EVENT_BUS_CONSUMER_DLQ_MAX_AGE`",
            );
        }
        for [key, secret] in LOGINS {
            let (present, absent) = match (layers.get(key), layers.get(secret)) {
                (Some((_, path)), None) => (path, secret),
                (None, Some((_, path))) => (path, key),
                _ => continue,
            };
            findings.error(
                &present,
                format!("set without `{absent}`\nnote: a login needs both\nhelp: set both, or neither"),
            );
        }
    }

    #[cfg(feature = "kafka")]
    fn make(&self, service: Service<'_>) -> Result<Arc<dyn EventBus>, BusError> {
        use crate::event_bus::broker::kafka::{KafkaBus, KafkaOptions};
        let mut options = KafkaOptions::from_settings(self, service.name)?;
        options.produce_timeout = service.produce_timeout;
        Ok(Arc::new(KafkaBus::new(options)?))
    }

    #[cfg(not(feature = "kafka"))]
    fn make(&self, _: Service<'_>) -> Result<Arc<dyn EventBus>, BusError> {
        Err(BusError::permanent(
            "this program is built without Kafka: add `features = [\"kafka\"]` to `openedx-events` in `Cargo.toml`",
        ))
    }
}
