//! Producing: sends the events of this process to the topics of their routes.
//!
//! `install` connects the routes to the signals. `Producer` makes envelopes and delivers them, now or in the background. This
//! folder may use `wire`, `broker`, `settings`, `observe` and the registry; it contains nothing about a particular broker.

mod background;
mod blocking;
mod error;
pub(super) mod install;
mod routes;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;

use background::Background;
pub use error::{ProduceError, Undelivered};
pub use install::{Guard, InstallError, install, producer};
use routes::Destination;

use super::{
    broker::{AuditLog, BusError, EventBus, EventBusProducer, bounded},
    observe::{Log, Observation, Observer, Observers},
    settings::{DeliveryMode, ProducerSettings, Settings, topic::stream_name},
    wire::{EntryId, Envelope, Message},
};
use crate::{metadata::EventsMetadata, receiver::ReceiverError, registry};

/// Sends events to topics, regardless of the routes.
///
/// The counterpart of the object that `get_producer` returns in Python.
#[derive(Clone)]
pub struct Producer(Arc<ProducerState>);

struct ProducerState {
    prefix: Option<String>,
    timeout: Duration,
    deliver: Deliver,
}

/// When a message is delivered.
enum Deliver {
    /// Before the send returns.
    Wait(ObservedProducer),
    /// By a thread, which sends many messages at once.
    Background(Background),
}

impl Producer {
    /// Makes a producer for `bus`. Its topics get `prefix` and a hyphen before their names. An event has `timeout` to reach
    /// all its topics.
    ///
    /// # Errors
    ///
    /// If the bus is not configured, or configured wrongly.
    pub fn of(
        bus: &dyn EventBus,
        prefix: Option<&str>,
        delivery: DeliveryMode,
        timeout: Duration,
    ) -> Result<Self, BusError> {
        Self::start(bus, prefix, delivery, timeout, true)
    }

    /// Makes the producer that `settings` describe, for `bus`.
    fn with_settings(bus: &dyn EventBus, settings: &Settings) -> Result<Self, BusError> {
        let ProducerSettings { delivery, timeout, .. } = &settings.producer;
        let prefix = settings.topic_prefix.as_deref();
        Self::start(bus, prefix, *delivery, *timeout, settings.producer.audit_logging_enabled)
    }

    fn start(
        bus: &dyn EventBus,
        prefix: Option<&str>,
        delivery: DeliveryMode,
        timeout: Duration,
        audit: bool,
    ) -> Result<Self, BusError> {
        let producer = ObservedProducer::new(bus.producer()?, audit.then(|| bus.audit_log()));
        let timeout = bounded(timeout);
        let deliver = match delivery {
            DeliveryMode::Wait => Deliver::Wait(producer),
            DeliveryMode::Background => Deliver::Background(Background::start(producer, timeout)?),
        };
        let prefix = prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned);
        Ok(Self(Arc::new(ProducerState { prefix, timeout, deliver })))
    }

    /// Returns the full name of `topic`, with the prefix.
    #[must_use]
    pub fn full_topic(&self, topic: &str) -> String {
        stream_name(self.0.prefix.as_deref(), topic)
    }

    /// Sends the event with these Avro bytes to `topic`, whose name is given without the prefix. `key_field` is the path to
    /// its key, for brokers that order messages by key.
    ///
    /// # Errors
    ///
    /// If it was not delivered in time; with [`DeliveryMode::Background`], if the queue stayed full.
    pub fn send(
        &self,
        topic: &str,
        key_field: Option<&str>,
        metadata: &EventsMetadata,
        event_data: &[u8],
    ) -> Result<(), ProduceError> {
        let route =
            Destination { topic: self.full_topic(topic).into(), key_field: key_field.map(str::to_owned) };
        self.produce(&[route], metadata, event_data.to_vec())
    }

    /// Sends an undelivered message once more, to its topic and with its metadata and key.
    ///
    /// Consumers know an event by its id. If the broker stored the message the first time and only its answer was lost, they
    /// receive it twice.
    ///
    /// # Errors
    ///
    /// See [`send`](Self::send).
    pub fn send_again(&self, undelivered: &Undelivered) -> Result<(), ProduceError> {
        self.deliver(vec![undelivered.envelope.clone()])
    }

    /// Sends an event to all of `routes`.
    fn produce(
        &self,
        routes: &[Destination],
        metadata: &EventsMetadata,
        event_data: Vec<u8>,
    ) -> Result<(), ProduceError> {
        let message = Message::new(metadata, event_data);
        let event_data = message.event_data().unwrap_or_default();
        let key = |path: &str| registry::get(&metadata.event_type)?.key_bytes(path, event_data);
        let envelopes = routes
            .iter()
            .map(|route| Envelope {
                topic: Arc::clone(&route.topic),
                key: route.key_field.as_deref().and_then(key).map(Bytes::copy_from_slice),
                message: message.clone(),
            })
            .collect();
        self.deliver(envelopes)
    }

    fn deliver(&self, envelopes: Vec<Envelope>) -> Result<(), ProduceError> {
        let deadline = Instant::now() + self.0.timeout;
        let outcomes = match &self.0.deliver {
            Deliver::Background(background) => {
                envelopes.iter().map(|envelope| background.add(envelope.clone(), deadline)).collect()
            }
            Deliver::Wait(producer) => blocking::blocking(|| producer.send(&envelopes, deadline))
                .into_iter()
                .zip(&envelopes)
                .map(|(outcome, envelope)| producer.settled(envelope, outcome))
                .collect(),
        };
        ProduceError::check(envelopes, outcomes)
    }

    /// Waits until everything that was sent is delivered.
    ///
    /// # Errors
    ///
    /// Returns the messages that cannot be delivered, or were not within `timeout`.
    pub fn flush(&self, timeout: Duration) -> Result<(), ProduceError> {
        match &self.0.deliver {
            Deliver::Background(background) => background.flush(Instant::now() + bounded(timeout)),
            Deliver::Wait(_) => Ok(()),
        }
    }
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("prefix", &self.0.prefix)
            .field("timeout", &self.0.timeout)
            .field("background", &matches!(self.0.deliver, Deliver::Background(_)))
            .finish_non_exhaustive()
    }
}

/// The bus's producer, and the observers of its outcomes.
struct ObservedProducer {
    bus: Arc<dyn EventBusProducer>,
    observers: Observers,
}

impl ObservedProducer {
    fn new(bus: Arc<dyn EventBusProducer>, audit: Option<AuditLog>) -> Self {
        let log: Box<dyn Observer> = Box::new(Log::for_producer(audit));
        Self { bus, observers: Observers::new([log]) }
    }

    /// Sends `envelopes`. Returns one outcome for each of them, even if the bus returns fewer, or panics: neither the caller of
    /// a send nor the thread of background delivery may panic because of the bus.
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        let sent = catch_unwind(AssertUnwindSafe(|| self.bus.send(envelopes, deadline)));
        let (mut outcomes, panic) = match sent {
            Ok(outcomes) => (outcomes, None),
            Err(payload) => (Vec::new(), Some(ReceiverError::panicked(payload))),
        };
        outcomes.resize_with(envelopes.len(), || {
            Err(BusError::permanent(match &panic {
                Some(panic) => format!("the bus {panic}"),
                None => "the bus returned no outcome for the message".to_owned(),
            }))
        });
        outcomes
    }

    /// Tells the observers the final outcome of a message.
    fn settled(&self, envelope: &Envelope, outcome: Result<EntryId, BusError>) -> Result<(), BusError> {
        match outcome {
            Ok(entry_id) => {
                self.observers.tell(&Observation::Sent { envelope, entry_id: &entry_id });
                Ok(())
            }
            Err(error) => {
                self.observers.tell(&Observation::NotSent { envelope, error: &error });
                Err(error)
            }
        }
    }
}
