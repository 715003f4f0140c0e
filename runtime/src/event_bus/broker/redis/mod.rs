//! Redis: its settings, which are read even without the feature `redis` so that the same settings give the same findings in
//! every program, and its bus, behind that feature.
//!
//! The settings may use the tables of `settings`; the bus may use `wire`, the traits beside this folder, and its settings.

#[cfg(feature = "redis")]
mod bus;
pub(in crate::event_bus) mod settings;

#[cfg(feature = "redis")]
pub use bus::{RedisBus, RedisOptions};
