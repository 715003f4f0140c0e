//! The list of the buses of this crate. A new bus needs a line in each item here, and a folder with its settings and its
//! code.

use super::{built_in::BuiltIn, memory::settings::MemorySettings, redis::settings::RedisSettings};
use crate::event_bus::settings::{finding::Findings, layers::Layers};

/// The settings that only one bus has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BusSettings {
    /// Redis.
    pub redis: RedisSettings,
}

impl BusSettings {
    pub(in crate::event_bus) fn all(&self) -> impl Iterator<Item = &dyn BuiltIn> {
        [&MemorySettings as &dyn BuiltIn, &self.redis].into_iter()
    }

    pub(in crate::event_bus) fn read(&mut self, layers: &Layers, findings: &mut Findings) {
        self.redis.read(|name| layers.get(name), findings);
    }

    /// Returns the bus of this crate with this name.
    pub(in crate::event_bus) fn named(&self, name: &str) -> Option<&dyn BuiltIn> {
        self.all().find(|bus| bus.name() == name)
    }
}
