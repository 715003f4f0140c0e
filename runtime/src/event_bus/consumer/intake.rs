//! How many messages a consumer reads: as many as its memory has room for.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::event_bus::{budget::Sizes, wire::Entry};

pub(super) struct Intake {
    /// The bytes that the messages may take that were read and are not handled.
    limit: usize,
    used: Arc<AtomicUsize>,
    sizes: Sizes,
}

/// The room that a message takes, until this is dropped.
pub(super) struct Room {
    used: Arc<AtomicUsize>,
    bytes: usize,
}

impl Intake {
    pub(super) fn new(bytes: usize) -> Self {
        Self { limit: bytes, used: Arc::default(), sizes: Sizes::default() }
    }

    /// Returns how many more messages there is memory for.
    pub(super) fn room(&self) -> usize {
        self.sizes.fit(self.limit.saturating_sub(self.used.load(Ordering::Relaxed)))
    }

    /// Returns how many messages there is memory for if none is in flight, at least one.
    pub(super) fn capacity(&self) -> usize {
        self.sizes.fit(self.limit).max(1)
    }

    /// Takes in a message that was read.
    pub(super) fn take(&mut self, entry: &Entry) -> Room {
        let bytes = entry.memory();
        self.sizes.add(bytes);
        self.used.fetch_add(bytes, Ordering::Relaxed);
        Room { used: Arc::clone(&self.used), bytes }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
