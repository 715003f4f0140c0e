//! The event bus: events between services, at least once, in order, on the wire of the Python services.

mod bus;
mod consumer;
mod dead_letter;
mod duration;
mod error;
mod install;
mod memory;
mod message;
mod named;
mod producer;
#[cfg(feature = "redis")]
mod redis;
pub mod settings;

pub use bus::{
    DeadLetter, Entry, EntryId, EventBus, EventBusConsumer, EventBusProducer, Failure, Lost, Operations,
    Pending, Polled, Record, Start, Subscription, Waker,
};
#[cfg(feature = "cli")]
#[cfg(feature = "cli")]
pub(crate) use consumer::LOOP_HELP;
pub use consumer::{ConsumeError, Consumer, OnError, OnUnknownType, Replayed, Report, Stop, replay, run_all};
pub use error::BusError;
pub(crate) use error::chain;
pub use install::{Guard, InstallError, install, producer};
pub use memory::MemoryBus;
pub use message::{Message, UnusableMessage};
pub use named::{operations, register};
pub use producer::{ProduceError, Producer, Undelivered};
#[cfg(feature = "redis")]
pub use redis::{RedisBus, RedisOptions, RedisTls};
pub use settings::Settings;
