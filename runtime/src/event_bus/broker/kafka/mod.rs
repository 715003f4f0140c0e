//! Apache Kafka: its settings and its bus. The bus needs the feature `kafka`. The settings are read without it too, so that the
//! same settings give the same findings in every program.
//!
//! The settings may use the tables of `settings`. The bus may use `wire`, the traits of `broker`, and the settings in this
//! folder.

#[cfg(feature = "kafka")]
mod bus;
mod capabilities;
pub(in crate::event_bus) mod settings;

#[cfg(feature = "kafka")]
pub use bus::{KafkaBus, KafkaOptions};
