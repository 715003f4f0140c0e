//! The list of the buses of this crate. A new bus needs a line here, and a folder with its settings and its code.

use super::{built_in::BuiltIn, memory::settings::MemorySettings, redis::settings::RedisSettings};

macro_rules! built_in {
    ($($(#[$attribute:meta])* $visibility:vis $bus:ident: $Settings:ty,)*) => {
        /// The settings that only one bus has.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct BusSettings {
            $($(#[$attribute])* $visibility $bus: $Settings,)*
        }

        impl BusSettings {
            pub(in crate::event_bus) fn all(&self) -> impl Iterator<Item = &dyn BuiltIn> {
                [$(&self.$bus as &dyn BuiltIn),*].into_iter()
            }

            pub(in crate::event_bus) fn all_mut(&mut self) -> impl Iterator<Item = &mut dyn BuiltIn> {
                [$(&mut self.$bus as &mut dyn BuiltIn),*].into_iter()
            }
        }
    };
}

built_in! {
    memory: MemorySettings,
    /// Redis.
    pub redis: RedisSettings,
}

impl BusSettings {
    /// Returns the bus of this crate with this name.
    pub(in crate::event_bus) fn named(&self, name: &str) -> Option<&dyn BuiltIn> {
        self.all().find(|bus| bus.name() == name)
    }
}
