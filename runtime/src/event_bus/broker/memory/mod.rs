//! The memory bus: topics, groups and dead letters inside one process, for tests and for programs of one process.

mod broker;
mod member;
mod operations;

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Instant,
};

use broker::Broker;

use crate::event_bus::broker::error::BusError;
use crate::event_bus::{
    broker::{
        contract::{EventBus, EventBusConsumer, EventBusProducer},
        operations::Operations,
        subscription::Subscription,
    },
    wire::{entry::EntryId, envelope::Envelope},
};

/// An event bus inside this process. What it holds is gone when the process ends.
///
/// Settings choose it as `memory`: then all producers and consumers of the process share
/// [`MemoryBus::shared`]. A test has one of its own:
///
/// ```
/// use openedx_events::event_bus::MemoryBus;
///
/// let bus = MemoryBus::new();
/// assert_eq!(bus.len("learning-enrollments"), 0);
/// ```
#[derive(Clone)]
pub struct MemoryBus {
    broker: Arc<Broker>,
}

impl MemoryBus {
    /// How many messages a topic keeps, as a stream of Redis does by default.
    pub const MAX_LEN: usize = 10_000;

    /// A bus without topics. Clones are the same bus.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_len(Self::MAX_LEN)
    }

    /// A bus whose topics keep at most `max_len` messages: the oldest are dropped, read or not.
    #[must_use]
    pub fn with_max_len(max_len: usize) -> Self {
        Self { broker: Arc::new(Broker::new(max_len)) }
    }

    /// Drops the oldest messages of `topic`, read or not, so that at most `max_len` stay.
    pub fn trim(&self, topic: &str, max_len: usize) {
        self.broker.state().topic(topic).trim_to(max_len);
    }

    /// The bus that settings mean by `memory`.
    #[must_use]
    pub fn shared() -> Self {
        static SHARED: OnceLock<MemoryBus> = OnceLock::new();
        SHARED.get_or_init(Self::new).clone()
    }

    /// How many messages `topic` holds; its full name, with the prefix.
    #[must_use]
    pub fn len(&self, topic: &str) -> usize {
        self.broker.state().topics.get(topic).map_or(0, |topic| topic.entries.len())
    }

    /// Whether no topic holds a message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.broker.state().topics.values().all(|topic| topic.entries.is_empty())
    }
}

impl Default for MemoryBus {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.broker.state();
        f.debug_map().entries(state.topics.iter().map(|(name, topic)| (name, topic.entries.len()))).finish()
    }
}

impl EventBus for MemoryBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(self.clone()))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(member::MemoryConsumer::join(Arc::clone(&self.broker), subscription)?))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(operations::MemoryOperations::new(Arc::clone(&self.broker))))
    }
}

impl EventBusProducer for MemoryBus {
    fn send(&self, envelopes: &[Envelope], _: Instant) -> Vec<Result<EntryId, BusError>> {
        let mut state = self.broker.state();
        let ids = envelopes
            .iter()
            .map(|envelope| Ok(state.add(&envelope.topic, envelope.message.clone())))
            .collect();
        drop(state);
        self.broker.changed.notify_all();
        ids
    }
}
