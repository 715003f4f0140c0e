//! The event bus: events between services, at least once, in order, on the wire of the Python services.

// The public surface of the folders below. They may use the registry, signals, receivers and everything that these use.

mod broker;
mod budget;
mod consumer;
mod observe;
mod producer;
pub mod settings;
mod thread;
mod trouble;
mod wire;

#[cfg(feature = "kafka")]
pub use broker::kafka::{KafkaBus, KafkaOptions};
#[cfg(feature = "redis")]
pub use broker::redis::{RedisBus, RedisOptions};
pub use broker::{
    AuditLine, AuditLog, Begun, BusError, Capability, Cursor, EventBus, EventBusConsumer, EventBusProducer,
    Lag, Lost, Obstacle, OpenSend, Operations, Page, Pending, Polled, Start, Subscription, TopicUse, Waker,
    from_settings::operations, memory::MemoryBus, registered::register,
};
#[cfg(feature = "cli")]
pub(crate) use broker::{
    from_settings::{bus, bus_of_operators},
    utc,
};
#[cfg(feature = "cli")]
pub(crate) use budget::Sizes;
pub use consumer::{
    ConsumeError, Consumer, LaneUse, OnError, OnUnknownType, Replayed, Report, Stop, replay, replay_all,
    run_all,
};
#[cfg(feature = "cli")]
pub(crate) use consumer::{LOOP_HELP, Renamed, Together, rename, seek_arguments};
pub use producer::{Guard, InstallError, ProduceError, Producer, Undelivered, install, producer};
pub use settings::Settings;
pub use wire::{
    DeadLetter, Entry, EntryId, Envelope, Failure, Header, Message, MessageBuilder, PartitionKey,
    UnusableMessage,
};
