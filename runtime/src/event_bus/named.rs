//! Buses by the names that settings give them.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    bus::{EventBus, Operations},
    error::BusError,
    memory::MemoryBus,
    settings::{BusName, Settings},
};

static REGISTERED: RwLock<BTreeMap<String, Arc<dyn EventBus>>> = RwLock::new(BTreeMap::new());

/// Registers a bus of your own: settings read from then on may name it as `EVENT_BUS_PRODUCER` and
/// `EVENT_BUS_CONSUMER`. A bus that was registered under that name is replaced.
///
/// The counterpart of the dotted path to a class in Python's settings.
///
/// ```
/// use std::sync::Arc;
///
/// use openedx_events::event_bus::{MemoryBus, Settings, register};
/// use serde_json::json;
///
/// register("small", Arc::new(MemoryBus::with_max_len(10)));
/// assert!(Settings::from_value(json!({"EVENT_BUS_PRODUCER": "small"})).is_ok());
/// ```
///
/// # Panics
///
/// Where the name is `memory` or `redis`, or has a dot: those mean buses of this crate, or of Python.
pub fn register(name: impl Into<String>, bus: Arc<dyn EventBus>) {
    let name = name.into();
    let is_free = !["memory", "redis", ""].contains(&&*name) && !name.contains('.');
    assert!(is_free, "`{name}` cannot be the name of a bus: `memory`, `redis` and names with dots are taken");
    REGISTERED.write().unwrap_or_else(PoisonError::into_inner).insert(name, bus);
}

/// The names that were registered, and whether the bus uses keys.
pub(super) fn registered() -> Vec<(String, bool)> {
    let buses = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    buses.iter().map(|(name, bus)| (name.clone(), bus.uses_keys())).collect()
}

/// The bus of that name, with these settings.
pub(super) fn bus(name: &BusName, settings: &Settings) -> Result<Arc<dyn EventBus>, BusError> {
    match name {
        BusName::Memory => Ok(Arc::new(MemoryBus::shared())),
        BusName::Redis => redis(settings),
        BusName::Registered(name) => REGISTERED
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
            .ok_or_else(|| BusError::lasting(format!("no bus is registered under the name `{name}`"))),
    }
}

/// What operators do to the topics of the bus in `settings`: the one that is consumed from, else the one that is
/// produced to.
///
/// # Errors
///
/// Where no bus is set, or it cannot be set up.
pub fn operations(settings: &Settings) -> Result<Box<dyn Operations>, BusError> {
    let name = settings.consumer.bus.as_ref().or(settings.producer.bus.as_ref());
    let name = name.ok_or_else(|| {
        BusError::lasting("no bus is set: write `redis` for `EVENT_BUS_CONSUMER` or `EVENT_BUS_PRODUCER`")
    })?;
    bus(name, settings)?.operations()
}

#[cfg(not(feature = "redis"))]
fn redis(_: &Settings) -> Result<Arc<dyn EventBus>, BusError> {
    Err(BusError::lasting(
        "this program has no Redis: write `features = [\"redis\"]` for `openedx-events` in `Cargo.toml`",
    ))
}

#[cfg(feature = "redis")]
fn redis(settings: &Settings) -> Result<Arc<dyn EventBus>, BusError> {
    Ok(Arc::new(super::redis::RedisBus::new(super::redis::RedisOptions::from_settings(settings)?)?))
}
