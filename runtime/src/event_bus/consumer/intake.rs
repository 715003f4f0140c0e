//! How many messages a consumer reads: as many as its memory has room for.

use std::sync::Arc;

use crate::event_bus::{
    budget::{Amount, Budget, Permit, Sizes},
    wire::Entry,
};

pub(super) struct Intake {
    /// The memory for messages that were read and are not handled.
    budget: Arc<Budget>,
    sizes: Sizes,
}

impl Intake {
    pub(super) fn new(bytes: usize) -> Self {
        Self { budget: Budget::new(Amount { messages: usize::MAX, bytes }), sizes: Sizes::default() }
    }

    /// Returns how many more messages there is memory for.
    pub(super) fn room(&self) -> usize {
        self.sizes.fit(self.budget.limit().bytes.saturating_sub(self.budget.used().bytes))
    }

    /// Returns how many messages there is memory for if none is in flight, at least one.
    pub(super) fn capacity(&self) -> usize {
        self.sizes.fit(self.budget.limit().bytes).max(1)
    }

    /// Takes in a message that was read. It keeps its room until the permit is dropped.
    pub(super) fn take(&mut self, entry: &Entry) -> Permit {
        let bytes = entry.memory();
        self.sizes.add(bytes);
        self.budget.take_anyway(bytes)
    }
}
