//! How settings choose Redis.

use std::sync::Arc;

use super::RedisSettings;
use crate::event_bus::{
    broker::{
        BusError, EventBus,
        built_in::{BuiltIn, Service},
    },
    settings::{
        finding::{Findings, SettingPath},
        layers::Layers,
        row::Row,
    },
};

impl BuiltIn for RedisSettings {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn python(&self, setting: &str) -> Option<&'static str> {
        match setting {
            "EVENT_BUS_PRODUCER" => Some("edx_event_bus_redis.create_producer"),
            "EVENT_BUS_CONSUMER" => Some("edx_event_bus_redis.RedisEventConsumer"),
            _ => None,
        }
    }

    fn family(&self) -> Option<&'static str> {
        Some("REDIS")
    }

    fn rows(&self) -> &'static [Row] {
        Self::ROWS
    }

    fn read(&mut self, layers: &Layers, findings: &mut Findings) {
        Self::read(self, |name| layers.get(name), findings);
    }

    fn check(&self, setting: &str, layers: &Layers, findings: &mut Findings) {
        const URL: &str = "EVENT_BUS_REDIS_CONNECTION_URL";
        if layers.get(URL).is_none() {
            findings.error(
                &SettingPath::new(URL, ""),
                format!(
                    "not set\nnote: `{setting}` is `redis`, which has no default server\nhelp: write a URL such as \
                     `redis://:password@localhost:6379/0`"
                ),
            );
        }
    }

    #[cfg(feature = "redis")]
    fn make(&self, service: Service<'_>) -> Result<Arc<dyn EventBus>, BusError> {
        use crate::event_bus::broker::redis::{RedisBus, RedisOptions};
        Ok(Arc::new(RedisBus::new(RedisOptions::from_settings(self, service.name)?)?))
    }

    #[cfg(not(feature = "redis"))]
    fn make(&self, _: Service<'_>) -> Result<Arc<dyn EventBus>, BusError> {
        Err(BusError::permanent(
            "this program is built without Redis: add `features = [\"redis\"]` to `openedx-events` in `Cargo.toml`",
        ))
    }
}
