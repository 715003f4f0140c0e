//! Brokers: the traits that a bus implements, the types in their signatures, and a folder for each bus of this crate.
//!
//! A broker may use `wire`, and the parts of `settings` that make a table. Only `from_settings.rs` uses
//! [`Settings`](crate::event_bus::Settings) as a whole. A broker knows neither producers nor consumers.

pub(in crate::event_bus) mod audit;
pub(in crate::event_bus) mod built_in;
pub(in crate::event_bus) mod buses;
pub(in crate::event_bus) mod capability;
pub(in crate::event_bus) mod contract;
mod entry_number;
pub(in crate::event_bus) mod error;
pub(in crate::event_bus) mod from_settings;
pub(in crate::event_bus) mod kafka;
pub(in crate::event_bus) mod memory;
pub(in crate::event_bus) mod operations;
pub(in crate::event_bus) mod redis;
pub(in crate::event_bus) mod registered;
pub(in crate::event_bus) mod subscription;

pub use audit::{AuditLine, AuditLog};
pub use capability::Capability;
pub use contract::{Begun, EventBus, EventBusConsumer, EventBusProducer, Lost, OpenSend, Polled, Waker};
pub use error::BusError;
pub use operations::{Cursor, Lag, Obstacle, Operations, Page, Pending, TopicUse};

pub(super) use subscription::bounded;
pub(crate) use subscription::utc;
pub use subscription::{Start, Subscription};
