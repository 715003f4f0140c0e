//! From settings to the bus that they choose.

use std::sync::Arc;

use super::{BusError, EventBus, Operations, built_in::Service, registered::registered};
use crate::event_bus::settings::Settings;

/// Returns the bus called `name`, configured by `settings`.
pub(crate) fn bus(name: &str, settings: &Settings) -> Result<Arc<dyn EventBus>, BusError> {
    if let Some(bus) = settings.buses.named(name) {
        let service =
            Service { name: settings.service_name.as_deref(), produce_timeout: settings.producer.timeout };
        return bus.make(service);
    }
    let unknown = || BusError::permanent(format!("no bus is registered under the name `{name}`"));
    registered().remove(name).ok_or_else(unknown)
}

/// Returns the tools of operators for the bus that `settings` name for consuming or, if there is none, for producing.
///
/// # Errors
///
/// If no bus is set, or it cannot be set up.
pub fn operations(settings: &Settings) -> Result<Box<dyn Operations>, BusError> {
    bus(bus_of_operators(settings)?, settings)?.operations()
}

/// Returns the name of the bus that [`operations`] are about.
pub(crate) fn bus_of_operators(settings: &Settings) -> Result<&str, BusError> {
    let name = settings.consumer.bus.as_deref().or(settings.producer.bus.as_deref());
    name.ok_or_else(|| {
        BusError::permanent(
            "no bus is configured: set `EVENT_BUS_CONSUMER` or `EVENT_BUS_PRODUCER`, for example to `redis` or `kafka`",
        )
    })
}
