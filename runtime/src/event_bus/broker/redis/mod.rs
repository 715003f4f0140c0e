//! The event bus on Redis Streams, with the entries and groups of the Python services.

mod command;
mod connection;
mod connector;
mod failure;
mod fields;
mod from_settings;
mod member;
mod operations;
mod options;
mod producer;
mod reply;
mod stream_id;

use std::{fmt, sync::Arc};

pub use options::{RedisOptions, RedisTls};

use connector::Connector;
use member::RedisConsumer;
use operations::RedisOperations;
use producer::RedisProducer;

use crate::event_bus::broker::error::BusError;
use crate::event_bus::broker::{
    audit::{AuditLine, AuditLog},
    contract::{EventBus, EventBusConsumer, EventBusProducer},
    operations::Operations,
    subscription::Subscription,
};

/// The event bus on Redis Streams, from Redis 6.2.
///
/// A topic is a stream, and an entry of it has the fields of [`Message`](super::Message), as Python's
/// `edx-event-bus-redis` writes and reads them. Dead letters are in a stream of their own,
/// `{topic}.dlq.{group}`.
///
/// Making one connects to nothing. Connections are made when they are needed, and again when they were lost; each call
/// ends in time ([`RedisOptions`]).
///
/// # What Redis has to allow
///
/// `XADD`, `XTRIM`, `XACK`, `XREADGROUP`, `XPENDING`, `XCLAIM`, `XINFO`, `XRANGE`, `XLEN`, `XDEL`, `XGROUP`, `MULTI`, `EXEC`.
/// Where it also allows `EVAL`, entries that were dropped before a group read them are counted exactly (from Redis 7.0),
/// and those that are dropped while a member keeps them are told whatever happens at that moment; `CLIENT LIST` tells
/// whether another process has the same consumer name; `CLIENT UNBLOCK` ends a wait at once.
///
/// # TLS
///
/// Encryption is that of `rustls`. Where the process has not chosen a cryptography for it
/// (`CryptoProvider::install_default`), the first bus with TLS chooses `ring`.
///
/// # Sending twice
///
/// A message is sent again, within the deadline, when a connection turns out to be broken that was idle before. If the
/// server had taken it just before the connection broke, it is in the stream twice.
#[derive(Clone)]
pub struct RedisBus {
    connector: Arc<Connector>,
}

impl RedisBus {
    /// A bus on this server.
    ///
    /// # Errors
    ///
    /// Where the file of certificates cannot be read or used, or no sentinel is named.
    pub fn new(options: RedisOptions) -> Result<Self, BusError> {
        Ok(Self { connector: Connector::new(options)? })
    }
}

impl fmt::Debug for RedisBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisBus").field(&self.connector.options).finish()
    }
}

/// Adds the name that Python's log lines have for the id of an entry.
fn log_audit(line: &AuditLine<'_>) {
    let AuditLine { text, topic, message_id, event_type, entry_id, event_timestamp_ms, .. } = *line;
    tracing::info!(topic, %message_id, event_type, %entry_id, redis_msg_id = %entry_id, event_timestamp_ms, "{text}");
}

impl EventBus for RedisBus {
    fn audit_log(&self) -> AuditLog {
        log_audit
    }

    fn consumer_span(&self, subscription: &Subscription) -> tracing::Span {
        let Subscription { topic, group, consumer_name, .. } = subscription;
        tracing::info_span!(
            "consumer",
            topic,
            group,
            consumer_name,
            redis_stream = topic,
            redis_consumer_group = group,
            redis_consumer_name = consumer_name
        )
    }

    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(RedisProducer::new(Arc::clone(&self.connector))))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(RedisConsumer::new(Arc::clone(&self.connector), subscription)?))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(RedisOperations::new(Arc::clone(&self.connector))))
    }
}
