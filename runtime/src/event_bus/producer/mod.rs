//! Producing: sends the events of this process to the topics of their routes.
//!
//! `install` connects the routes to the signals. `Producer` makes envelopes and delivers them, now or in the background. This
//! folder may use `wire`, `broker`, `settings`, `observe` and the registry; it contains nothing about a particular broker.

mod awaited;
mod background;
mod backlog;
mod error;
mod given_up;
pub(super) mod install;
mod observed;
mod routes;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;

use awaited::Awaited;
use background::{Background, Limits};
pub use error::{ProduceError, Undelivered};
pub use install::{Guard, InstallError, install, producer};
use observed::ObservedProducer;
use routes::Destination;

use super::{
    broker::{BusError, EventBus, bounded},
    settings::{DeliveryMode, ProducerSettings, Settings, topic::stream_name},
    wire::{Envelope, Message, PartitionKey},
};
use crate::{executor::blocking, metadata::EventsMetadata, registry};

/// Sends events to topics, regardless of the routes.
///
/// The counterpart of the object that `get_producer` returns in Python.
#[derive(Clone)]
pub struct Producer(Arc<ProducerState>);

struct ProducerState {
    prefix: Option<String>,
    timeout: Duration,
    deliver: Arc<Deliver>,
    awaited: Awaited,
}

impl ProducerState {
    fn new(prefix: Option<String>, timeout: Duration, deliver: Deliver) -> Self {
        let deliver = Arc::new(deliver);
        let awaited = Awaited::new(Arc::clone(&deliver), timeout);
        Self { prefix, timeout, deliver, awaited }
    }
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
        Self::start(bus, &ProducerSettings { delivery, timeout, ..ProducerSettings::default() }, prefix)
    }

    /// Makes the producer that `settings` describe, for `bus`.
    fn with_settings(bus: &dyn EventBus, settings: &Settings) -> Result<Self, BusError> {
        Self::start(bus, &settings.producer, settings.topic_prefix.as_deref())
    }

    fn start(
        bus: &dyn EventBus,
        settings: &ProducerSettings,
        prefix: Option<&str>,
    ) -> Result<Self, BusError> {
        let audit = settings.audit_logging_enabled.then(|| bus.audit_log());
        let producer = ObservedProducer::new(bus.producer()?, audit);
        let timeout = bounded(settings.timeout);
        let deliver = match settings.delivery {
            DeliveryMode::Wait => Deliver::Wait(producer),
            DeliveryMode::Background => {
                let limits = Limits::new(settings.queue_bytes);
                Deliver::Background(Background::start(producer, timeout, limits)?)
            }
        };
        let prefix = prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned);
        Ok(Self(Arc::new(ProducerState::new(prefix, timeout, deliver))))
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
        let route = Destination { topic: self.full_topic(topic).into(), key_field: key_field.map(Arc::from) };
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
        self.deliver(envelopes(routes, metadata, event_data))
    }

    fn deliver(&self, envelopes: Vec<Envelope>) -> Result<(), ProduceError> {
        let deadline = Instant::now() + self.0.timeout;
        let outcomes = match &*self.0.deliver {
            Deliver::Background(background) => {
                envelopes.iter().map(|envelope| background.add(envelope.clone(), deadline)).collect()
            }
            Deliver::Wait(producer) => blocking(|| producer.send(&envelopes, deadline))
                .into_iter()
                .zip(&envelopes)
                .map(|(outcome, envelope)| producer.settled(envelope, outcome))
                .collect(),
        };
        ProduceError::check(envelopes, outcomes)
    }

    /// Sends messages as [`deliver`](Self::deliver) does, without keeping the thread that polls the future waiting.
    async fn deliver_async(&self, mut envelopes: Vec<Envelope>) -> Result<(), ProduceError> {
        let deadline = Instant::now() + self.0.timeout;
        let mut refused = Vec::new();
        if let Deliver::Background(background) = &*self.0.deliver {
            while let Some(envelope) = envelopes.pop() {
                match background.add_now(envelope, deadline) {
                    Ok(Ok(())) => {}
                    Ok(Err(undelivered)) => refused.push(undelivered),
                    Err(envelope) => {
                        envelopes.push(envelope);
                        break;
                    }
                }
            }
        }
        let waited =
            if envelopes.is_empty() { Ok(()) } else { self.0.awaited.deliver(envelopes, deadline).await };
        refused.extend(waited.err().into_iter().flat_map(ProduceError::into_undelivered));
        ProduceError::of(refused, 0)
    }

    /// Calls `callback` with each message that background delivery gives up on: the broker will never take it, or has refused
    /// its topic for 10 seconds longer than `EVENT_BUS_PRODUCER_TIMEOUT`. Without a callback, such messages stay until the next
    /// [`flush`](Self::flush), which returns them; if the queue needs their room before, the oldest are dropped.
    ///
    /// The callback gets messages that were given up before, and replaces an earlier callback. It runs on the thread that
    /// delivers, so it must be quick. A message that a sender or the caller of a flush gets back does not go to the callback.
    /// With [`DeliveryMode::Wait`] the sender gets every message back.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use openedx_events::event_bus::{self, Settings};
    /// use serde_json::json;
    ///
    /// # let settings = Settings::from_value(json!({"EVENT_BUS_PRODUCER": "memory", "EVENT_BUS_PRODUCER_DELIVERY": "background"}))?;
    /// let guard = event_bus::install(&settings)?;
    /// let undelivered = Arc::new(Mutex::new(Vec::new())); // a table of your database instead
    /// let table = Arc::clone(&undelivered);
    /// if let Some(producer) = event_bus::producer() {
    ///     producer.on_undelivered(move |undelivered| table.lock().unwrap().push(undelivered));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_undelivered(&self, callback: impl Fn(Undelivered) + Send + Sync + 'static) {
        match &*self.0.deliver {
            Deliver::Background(background) => background.on_undelivered(Arc::new(callback)),
            Deliver::Wait(_) => {}
        }
    }

    /// Passes undelivered messages to the callback, or returns them if there is none.
    fn hand_over(&self, error: ProduceError) -> Result<(), ProduceError> {
        match &*self.0.deliver {
            Deliver::Background(background) => background.hand_over(error),
            Deliver::Wait(_) => Err(error),
        }
    }

    /// Waits until everything that was sent is delivered.
    ///
    /// # Errors
    ///
    /// Returns the messages that were given up, or were not delivered within `timeout`. The memory for them is limited:
    /// [`ProduceError::dropped`] counts the rest.
    pub fn flush(&self, timeout: Duration) -> Result<(), ProduceError> {
        let deadline = Instant::now() + bounded(timeout);
        let mut late = self.0.awaited.flush(deadline);
        let flushed = match &*self.0.deliver {
            Deliver::Background(background) => background.flush(deadline),
            Deliver::Wait(_) => Ok(()),
        };
        let Err(error) = flushed else { return ProduceError::of(late, 0) };
        let dropped = error.dropped();
        late.extend(error.into_undelivered());
        ProduceError::of(late, dropped)
    }
}

/// Returns an event's message for each of `routes`.
fn envelopes(routes: &[Destination], metadata: &EventsMetadata, event_data: Vec<u8>) -> Vec<Envelope> {
    let message = Message::new(metadata, event_data);
    let event_data = message.event_data().unwrap_or_default();
    let key = |field: &Arc<str>| {
        let value = registry::get(&metadata.event_type)?.key_bytes(field, event_data)?;
        Some(PartitionKey { field: Arc::clone(field), value: Bytes::copy_from_slice(value) })
    };
    routes
        .iter()
        .map(|route| Envelope {
            topic: Arc::clone(&route.topic),
            key: route.key_field.as_ref().and_then(key),
            message: message.clone(),
        })
        .collect()
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("prefix", &self.0.prefix)
            .field("timeout", &self.0.timeout)
            .field("background", &matches!(*self.0.deliver, Deliver::Background(_)))
            .finish_non_exhaustive()
    }
}
