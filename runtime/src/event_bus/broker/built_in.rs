//! The facts that each bus of this crate gives to the settings: its name, its own settings, and how to make it.

use std::{sync::Arc, time::Duration};

use super::{BusError, Capability, EventBus};
use crate::event_bus::settings::{finding::Findings, layers::Layers, row::Row};

/// A bus of this crate. The settings of the bus implement it.
pub(in crate::event_bus) trait BuiltIn {
    /// Returns the value of `EVENT_BUS_PRODUCER` and `EVENT_BUS_CONSUMER` that chooses this bus.
    fn name(&self) -> &'static str;

    /// Returns the value with which Python's `setting`, one of these two, chooses this bus.
    fn python(&self, _setting: &str) -> Option<&'static str> {
        None
    }

    /// Returns whether this bus can do something, as [`EventBus::can`] does.
    fn can(&self, capability: Capability) -> bool {
        capability.is_usual()
    }

    /// Returns the word in the names of its settings, such as `REDIS`.
    fn family(&self) -> Option<&'static str> {
        None
    }

    /// Returns the settings that only this bus has.
    fn rows(&self) -> &'static [Row] {
        &[]
    }

    /// Reads these settings.
    fn read(&mut self, _layers: &Layers, _findings: &mut Findings) {}

    /// Reports what is missing if `setting` chooses this bus.
    fn check(&self, _setting: &str, _layers: &Layers, _findings: &mut Findings) {}

    /// Makes the bus for `service`.
    fn make(&self, service: Service<'_>) -> Result<Arc<dyn EventBus>, BusError>;

    /// Returns whether `value` of `setting` chooses this bus.
    fn is_called(&self, value: &str, setting: &str) -> bool {
        value == self.name() || self.python(setting) == Some(value)
    }
}

/// The service that a bus is made for.
#[derive(Clone, Copy)]
#[cfg_attr(not(all(feature = "redis", feature = "kafka")), allow(dead_code))]
pub(in crate::event_bus) struct Service<'a> {
    /// The name of the service.
    pub(in crate::event_bus) name: Option<&'a str>,
    /// The time in which an event must reach all its topics.
    pub(in crate::event_bus) produce_timeout: Duration,
}
