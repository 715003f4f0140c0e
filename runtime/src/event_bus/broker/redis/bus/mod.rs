//! The event bus on Redis Streams, with the stream entries and consumer groups of the Python services.
//!
//! `connector` makes a `connection`, which carries a `command` and returns a `reply` or a `failure`. `producer`,
//! `member` and `operations` implement the traits on top of these. This folder may use `wire`, the traits of `broker`,
//! and the settings of Redis.

mod command;
mod connection;
mod connector;
mod failure;
mod fields;
mod group_start;
mod lag;
mod member;
mod operations;
mod options;
mod producer;
mod replays;
mod reply;
mod reply_reader;
mod rights;
mod short_text;
mod socket;
mod stream_id;
mod tls;

use std::{fmt, sync::Arc};

pub use options::RedisOptions;

use connector::Connector;
use member::RedisMember;
use operations::RedisOperations;
use producer::RedisProducer;

use crate::event_bus::broker::{
    BusError, Capability, EventBus, EventBusConsumer, EventBusProducer, Operations, Subscription,
};

/// The event bus on Redis Streams. It needs Redis 7.0 or newer, or a compatible server.
///
/// A topic is a stream. Each entry has the fields that Python's `edx-event-bus-redis` writes and reads. Dead letters go
/// to the stream `{topic}.dlq.{group}`.
///
/// Making a bus does not connect. The bus connects when there is something to do, and reconnects after a connection breaks.
/// Each call ends in time ([`RedisOptions`]). Connecting to a server before Redis 7.0 is a permanent error.
///
/// The guide has a page about the [server](crate::guide::redis): the commands and keys that the bus needs, memory, clusters.
///
/// # TLS
///
/// Connections are encrypted by `rustls`, with the cryptography provider that the process has chosen
/// (`CryptoProvider::install_default`), or with `ring`.
///
/// # Duplicates
///
/// If an idle connection turns out to be broken, the producer sends the message again, within the deadline. If the server
/// had stored it just before the connection broke, the stream has it twice.
#[derive(Clone)]
pub struct RedisBus {
    connector: Arc<Connector>,
}

impl RedisBus {
    /// Makes a bus on the server that `options` describe.
    ///
    /// # Errors
    ///
    /// If the file of certificates cannot be read or used.
    pub fn new(options: RedisOptions) -> Result<Self, BusError> {
        Ok(Self { connector: Connector::new(options)? })
    }
}

impl fmt::Debug for RedisBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisBus").field(&self.connector.options).finish()
    }
}

impl EventBus for RedisBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(RedisProducer::new(Arc::clone(&self.connector))))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(RedisMember::new(Arc::clone(&self.connector), subscription)?))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(RedisOperations::new(Arc::clone(&self.connector))))
    }

    fn can(&self, capability: Capability) -> bool {
        capability.is_usual() || capability == Capability::RememberReplays
    }
}
