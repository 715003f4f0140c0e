//! Buses of other authors, by the names that settings use.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{EventBus, buses::BusSettings};

static REGISTERED: RwLock<BTreeMap<String, Arc<dyn EventBus>>> = RwLock::new(BTreeMap::new());

/// Registers a bus of your own, so that settings read from then on may name it as `EVENT_BUS_PRODUCER` and
/// `EVENT_BUS_CONSUMER`. It replaces a bus that was registered under the same name.
///
/// This is the counterpart of the dotted path to a class in Python's settings.
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
/// If the name is empty, belongs to a bus of this crate (`memory`, `redis`, `kafka`), or contains a dot, as the names of Python's
/// buses do.
pub fn register(name: impl Into<String>, bus: Arc<dyn EventBus>) {
    let name = name.into();
    let is_taken = name.is_empty() || name.contains('.') || BusSettings::default().named(&name).is_some();
    assert!(
        !is_taken,
        "`{name}` cannot be the name of a bus: names of built-in buses and names with dots are reserved"
    );
    REGISTERED.write().unwrap_or_else(PoisonError::into_inner).insert(name, bus);
}

/// Returns the registered buses and their names.
pub(in crate::event_bus) fn registered() -> BTreeMap<String, Arc<dyn EventBus>> {
    REGISTERED.read().unwrap_or_else(PoisonError::into_inner).clone()
}
