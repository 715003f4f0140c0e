//! The memory bus: topics, groups and dead letters inside one process, for tests and for programs of one process.
//!
//! Producers, members and operators share one `store`. This folder may use `wire` and the traits of `broker`.

mod member;
mod operations;
pub(in crate::event_bus) mod settings;
mod store;

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Instant,
};

use member::MemoryMember;
use store::Store;

use crate::event_bus::broker::{
    BusError, Capability, EventBus, EventBusConsumer, EventBusProducer, Operations, Subscription,
};
use crate::event_bus::wire::{EntryId, Envelope};

/// An event bus inside this process. Its messages are lost when the process ends.
///
/// Settings choose it as `memory`. All producers and consumers of the process then share
/// [`MemoryBus::shared`]. A test makes one of its own:
///
/// ```
/// use openedx_events::event_bus::MemoryBus;
///
/// let bus = MemoryBus::new();
/// assert_eq!(bus.len("learning-enrollments"), 0);
/// ```
#[derive(Clone)]
pub struct MemoryBus {
    store: Arc<Store>,
    max_len: usize,
}

impl MemoryBus {
    /// Makes a bus whose topics keep at most 10,000 messages, as streams of Redis do by default. Clones are the same bus.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_len(10_000)
    }

    /// Makes a bus whose topics keep at most `max_len` messages: they drop the oldest, even if they are unread.
    #[must_use]
    pub fn with_max_len(max_len: usize) -> Self {
        Self { store: Arc::default(), max_len }
    }

    /// Drops the oldest messages of `topic`, even if they are unread, and keeps at most `max_len`.
    pub fn trim(&self, topic: &str, max_len: usize) {
        store::topic(&mut self.store.lock(), topic).trim_to(max_len);
    }

    /// Returns the bus that settings call `memory`.
    #[must_use]
    pub fn shared() -> Self {
        static SHARED: OnceLock<MemoryBus> = OnceLock::new();
        SHARED.get_or_init(Self::new).clone()
    }

    /// Returns the number of messages in `topic`, which is its full name, with the prefix.
    #[must_use]
    pub fn len(&self, topic: &str) -> usize {
        self.store.lock().get(topic).map_or(0, |topic| topic.entries.len())
    }
}

impl Default for MemoryBus {
    fn default() -> Self {
        Self::new()
    }
}

/// Prints the topics and their lengths.
impl fmt::Debug for MemoryBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topics = self.store.lock();
        f.debug_map().entries(topics.iter().map(|(name, topic)| (name, topic.entries.len()))).finish()
    }
}

impl EventBus for MemoryBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(self.clone()))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(MemoryMember::join(Arc::clone(&self.store), subscription)?))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(self.clone()))
    }

    fn can(&self, capability: Capability) -> bool {
        capability.is_usual() || capability == Capability::RememberReplays
    }
}

impl EventBusProducer for MemoryBus {
    fn send(&self, envelopes: &[Envelope], _: Instant) -> Vec<Result<EntryId, BusError>> {
        let mut topics = self.store.lock();
        let add = |envelope: &Envelope| {
            let topic = store::topic(&mut topics, &envelope.topic);
            let id = topic.add(envelope.message.clone());
            topic.trim_to(self.max_len);
            Ok(id)
        };
        let ids = envelopes.iter().map(add).collect();
        drop(topics);
        self.store.changed.notify_all();
        ids
    }
}
