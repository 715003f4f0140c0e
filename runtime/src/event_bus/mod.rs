//! The event bus: events between services, at least once, in order, on the wire of the Python services.

mod bus;
mod dead_letter;
mod error;
mod memory;
mod message;
#[cfg(feature = "redis")]
mod redis;

pub use bus::{
    DeadLetter, Entry, EntryId, EventBus, EventBusConsumer, EventBusProducer, Failure, Lost, Operations,
    Pending, Polled, Record, Start, Subscription, Waker,
};
pub use error::BusError;
pub use memory::MemoryBus;
pub use message::{Message, UnusableMessage};
#[cfg(feature = "redis")]
pub use redis::{RedisBus, RedisOptions, RedisTls};
