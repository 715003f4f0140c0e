//! From settings to the bus that they name.

use std::sync::Arc;

use super::{
    contract::EventBus, error::BusError, memory::MemoryBus, operations::Operations, registered::registered,
};
use crate::event_bus::settings::{BusName, Settings};

/// Returns the bus called `name`, configured by `settings`.
pub(in crate::event_bus) fn bus(name: &BusName, settings: &Settings) -> Result<Arc<dyn EventBus>, BusError> {
    match name {
        BusName::Memory => Ok(Arc::new(MemoryBus::shared())),
        BusName::Redis => redis(settings),
        BusName::Registered(name) => registered()
            .remove(name)
            .ok_or_else(|| BusError::permanent(format!("no bus is registered under the name `{name}`"))),
    }
}

/// Returns the tools of operators for the bus in `settings`: the one that is consumed from, else the one that is produced
/// to.
///
/// # Errors
///
/// If no bus is set, or it cannot be set up.
pub fn operations(settings: &Settings) -> Result<Box<dyn Operations>, BusError> {
    let name = settings.consumer.bus.as_ref().or(settings.producer.bus.as_ref());
    let name = name.ok_or_else(|| {
        BusError::permanent(
            "no bus is set: set `EVENT_BUS_CONSUMER` or `EVENT_BUS_PRODUCER`, for example to `redis`",
        )
    })?;
    bus(name, settings)?.operations()
}

#[cfg(not(feature = "redis"))]
fn redis(_: &Settings) -> Result<Arc<dyn EventBus>, BusError> {
    Err(BusError::permanent(
        "this program is built without Redis: add `features = [\"redis\"]` to `openedx-events` in `Cargo.toml`",
    ))
}

#[cfg(feature = "redis")]
fn redis(settings: &Settings) -> Result<Arc<dyn EventBus>, BusError> {
    use super::redis::{RedisBus, RedisOptions};
    Ok(Arc::new(RedisBus::new(RedisOptions::from_settings(settings)?)?))
}
