//! Brokers: the traits that a bus implements, the types in their signatures, and a folder for each bus of this crate.
//!
//! A broker may use `wire`, and of `settings` the parts that make a table. The files called `from_settings.rs` alone know all
//! [`Settings`](crate::event_bus::Settings). A broker knows neither producers nor consumers.

pub(in crate::event_bus) mod audit;
pub(in crate::event_bus) mod built_in;
pub(in crate::event_bus) mod buses;
pub(in crate::event_bus) mod capabilities;
pub(in crate::event_bus) mod contract;
pub(in crate::event_bus) mod error;
pub(in crate::event_bus) mod from_settings;
pub(in crate::event_bus) mod memory;
pub(in crate::event_bus) mod operations;
#[cfg(feature = "redis")]
pub(in crate::event_bus) mod redis;
// With or without the feature `redis`, so that findings do not depend on features.
#[path = "redis/settings/mod.rs"]
pub(in crate::event_bus) mod redis_settings;
pub(in crate::event_bus) mod registered;
pub(in crate::event_bus) mod subscription;

pub use audit::{AuditLine, AuditLog};
pub use capabilities::{Capabilities, Capability};
pub use contract::{EventBus, EventBusConsumer, EventBusProducer, Lost, Polled, Waker};
pub use error::BusError;
pub use operations::{Operations, Pending};

pub use subscription::{Start, Subscription};
