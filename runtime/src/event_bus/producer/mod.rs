//! Producing: events that were sent in this process, on their way to the topics of their routes.

mod audit;
mod background;
mod blocking;
mod error;
pub(in crate::event_bus) mod install;
mod outlet;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use background::Background;
use bytes::Bytes;
pub use error::{ProduceError, Undelivered};
pub use install::{Guard, InstallError, install, producer};
use outlet::Route;

use super::settings::{Delivery, ProducerSettings, Settings, stream_name};
use crate::event_bus::{
    broker::{
        contract::{EventBus, EventBusProducer},
        error::BusError,
        subscription::bounded,
    },
    wire::{entry::EntryId, envelope::Envelope, message::Message},
};
use crate::{metadata::EventsMetadata, receiver::ReceiverError, registry};

/// Sends events to topics, whatever the routes are.
///
/// The counterpart of what `get_producer` returns in Python.
#[derive(Clone)]
pub struct Producer(Arc<Inner>);

struct Inner {
    producer: Arc<dyn EventBusProducer>,
    prefix: Option<String>,
    timeout: Duration,
    audit: bool,
    background: Option<Background>,
}

impl Producer {
    /// One that sends to `bus`, whose topics have `prefix` before their names, and a hyphen between. An event has
    /// `timeout` to reach all its topics.
    ///
    /// # Errors
    ///
    /// Where the bus is not set up.
    pub fn of(
        bus: &dyn EventBus,
        prefix: Option<&str>,
        delivery: Delivery,
        timeout: Duration,
    ) -> Result<Self, BusError> {
        Self::start(bus, prefix, delivery, timeout, true)
    }

    /// The one that `settings` describe, on `bus`.
    pub(super) fn with_settings(bus: &dyn EventBus, settings: &Settings) -> Result<Self, BusError> {
        let ProducerSettings { delivery, timeout, .. } = &settings.producer;
        Self::start(
            bus,
            settings.topic_prefix.as_deref(),
            *delivery,
            *timeout,
            settings.redis.audit_logging_enabled,
        )
    }

    fn start(
        bus: &dyn EventBus,
        prefix: Option<&str>,
        delivery: Delivery,
        timeout: Duration,
        audit: bool,
    ) -> Result<Self, BusError> {
        let producer = bus.producer()?;
        let timeout = bounded(timeout);
        let background = match delivery {
            Delivery::Wait => None,
            Delivery::Background => Some(Background::start(Arc::clone(&producer), timeout, audit)?),
        };
        let prefix = prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned);
        Ok(Self(Arc::new(Inner { producer, prefix, timeout, audit, background })))
    }

    /// The full name of `topic`.
    #[must_use]
    pub fn full_topic(&self, topic: &str) -> String {
        stream_name(self.0.prefix.as_deref(), topic)
    }

    /// Sends the event with these Avro bytes to `topic`, whose name is given without prefix. `key_field` is the path to
    /// its key, for buses that use keys.
    ///
    /// # Errors
    ///
    /// Where it was not delivered in time; with [`Delivery::Background`], where the queue stayed full.
    pub fn send(
        &self,
        topic: &str,
        key_field: Option<&str>,
        metadata: &EventsMetadata,
        event_data: &[u8],
    ) -> Result<(), ProduceError> {
        let route = Route { topic: self.full_topic(topic).into(), key_field: key_field.map(str::to_owned) };
        self.send_to(&[route], metadata, event_data.to_vec())
    }

    /// Sends once more what was not delivered: to its topic, with its metadata and its key.
    ///
    /// Consumers know an event by its id. Where the bus took it the first time, and only its answer was lost, they have
    /// it twice.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_again(&self, undelivered: &Undelivered) -> Result<(), ProduceError> {
        self.deliver(vec![undelivered.envelope.clone()])
    }

    /// Sends an event to all of `routes`.
    pub(super) fn send_to(
        &self,
        routes: &[Route],
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
        let outcomes = match &self.0.background {
            Some(background) => {
                envelopes.iter().map(|envelope| background.add(envelope.clone(), deadline)).collect()
            }
            None => blocking::blocking(|| send(&*self.0.producer, &envelopes, deadline))
                .into_iter()
                .zip(&envelopes)
                .map(|(outcome, envelope)| audit::delivered(envelope, outcome, self.0.audit))
                .collect(),
        };
        ProduceError::check(envelopes, outcomes)
    }

    /// Waits until everything that was sent is delivered.
    ///
    /// # Errors
    ///
    /// With what was not delivered within `timeout`, or cannot be.
    pub fn flush(&self, timeout: Duration) -> Result<(), ProduceError> {
        match &self.0.background {
            Some(background) => background.flush(Instant::now() + bounded(timeout)),
            None => Ok(()),
        }
    }
}

/// One outcome a record, also where the bus gives fewer, or panics: that is no reason for the sender to, nor for the
/// thread of background delivery.
fn send(
    producer: &dyn EventBusProducer,
    envelopes: &[Envelope],
    deadline: Instant,
) -> Vec<Result<EntryId, BusError>> {
    let sent = catch_unwind(AssertUnwindSafe(|| producer.send(envelopes, deadline)));
    let (mut outcomes, panic) = match sent {
        Ok(outcomes) => (outcomes, None),
        Err(payload) => (Vec::new(), Some(ReceiverError::panicked(payload))),
    };
    outcomes.resize_with(envelopes.len(), || {
        Err(BusError::permanent(match &panic {
            Some(panic) => format!("the bus {panic}"),
            None => "the bus did not say what became of it".to_owned(),
        }))
    });
    outcomes
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("prefix", &self.0.prefix)
            .field("timeout", &self.0.timeout)
            .field("background", &self.0.background.is_some())
            .finish_non_exhaustive()
    }
}
