//! The list of the buses of this crate. A new bus is a line at the end of this file, and a folder with its settings and its
//! code.

use super::{
    built_in::BuiltIn, kafka::settings::KafkaSettings, memory::settings::MemorySettings,
    redis::settings::RedisSettings,
};
use crate::event_bus::settings::{finding::Findings, layers::Layers};

macro_rules! buses {
    ($($(#[$documentation:meta])* $visibility:vis $bus:ident: $Settings:ty,)*) => {
        /// The settings that only one bus has.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct BusSettings {
            $($(#[$documentation])* $visibility $bus: $Settings,)*
        }

        impl BusSettings {
            pub(in crate::event_bus) fn all(&self) -> impl Iterator<Item = &dyn BuiltIn> {
                [$(&self.$bus as &dyn BuiltIn),*].into_iter()
            }

            pub(in crate::event_bus) fn read(&mut self, layers: &Layers, findings: &mut Findings) {
                $(BuiltIn::read(&mut self.$bus, layers, findings);)*
            }
        }
    };
}

impl BusSettings {
    /// Returns the bus of this crate with this name.
    pub(in crate::event_bus) fn named(&self, name: &str) -> Option<&dyn BuiltIn> {
        self.all().find(|bus| bus.name() == name)
    }
}

buses! {
    memory: MemorySettings,
    /// Redis.
    pub redis: RedisSettings,
    /// Kafka.
    pub kafka: KafkaSettings,
}
