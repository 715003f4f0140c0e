//! Bounds on the messages that a producer has in memory, and an estimate of how many messages fit.
//!
//! A message in memory owns a [`Permit`]. Its room is free again when the permit is dropped, wherever that happens, so that no
//! list of messages can grow beyond the budget.

use std::{
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// A number of messages and the memory that they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

impl Amount {
    /// Returns the amount of one message.
    pub(super) fn of(bytes: usize) -> Self {
        Self { messages: 1, bytes }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_add(other.messages),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_sub(other.messages),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }

    pub(super) fn half(self) -> Self {
        Self { messages: self.messages / 2, bytes: self.bytes / 2 }
    }

    pub(super) fn fits(self, limit: Self) -> bool {
        self.messages <= limit.messages && self.bytes <= limit.bytes
    }
}

/// The room for messages.
pub(super) struct Budget {
    limit: Amount,
    state: Mutex<BudgetState>,
    /// Notified when messages may find room.
    changed: Condvar,
}

struct BudgetState {
    used: Amount,
    /// The number of changes after which a message may find room.
    changes: u64,
    /// The number of threads that wait for a change. Only then does a change wake threads, which is a system call.
    waiting: usize,
}

impl Budget {
    pub(super) fn new(limit: Amount) -> Arc<Self> {
        let state = BudgetState { used: Amount::default(), changes: 0, waiting: 0 };
        Arc::new(Self { limit, state: Mutex::new(state), changed: Condvar::new() })
    }

    pub(super) fn limit(&self) -> Amount {
        self.limit
    }

    pub(super) fn used(&self) -> Amount {
        self.state().used
    }

    /// Takes room for a message, if there is enough.
    pub(super) fn take(self: &Arc<Self>, bytes: usize) -> Option<Permit> {
        let mut state = self.state();
        let used = state.used.plus(Amount::of(bytes));
        if !used.fits(self.limit) {
            return None;
        }
        state.used = used;
        drop(state);
        Some(Permit { budget: Arc::clone(self), amount: Amount::of(bytes) })
    }

    /// Returns the number of changes so far, for [`wait`](Self::wait). Call it before the attempt that fails.
    pub(super) fn changes(&self) -> u64 {
        self.state().changes
    }

    /// Wakes waiting threads: a message may find room although no permit was dropped.
    pub(super) fn change(&self) {
        self.changed_in(self.state());
    }

    fn changed_in(&self, mut state: MutexGuard<'_, BudgetState>) {
        state.changes += 1;
        let is_awaited = state.waiting > 0;
        drop(state);
        if is_awaited {
            self.changed.notify_all();
        }
    }

    /// Waits until there are more than `seen` changes, or until `deadline`.
    pub(super) fn wait(&self, seen: u64, deadline: Instant) {
        let mut state = self.state();
        state.waiting += 1;
        while state.changes == seen {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        }
        state.waiting -= 1;
    }

    fn state(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to keep messages in memory.
pub(super) struct Permit {
    budget: Arc<Budget>,
    amount: Amount,
}

impl Permit {
    pub(super) fn amount(&self) -> Amount {
        self.amount
    }

    /// Adds another permit of the same budget, so that both end together and wake waiting senders once.
    pub(super) fn join(&mut self, mut other: Self) {
        self.amount = self.amount.plus(mem::take(&mut other.amount));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.amount == Amount::default() {
            return;
        }
        let mut state = self.budget.state();
        state.used = state.used.minus(self.amount);
        self.budget.changed_in(state);
    }
}

/// Estimates how many messages fit into memory before they are read, from the messages that were read before.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    /// The largest size, which is forgotten over a few thousand messages.
    largest: usize,
    seen: usize,
}

impl Sizes {
    pub(crate) fn add(&mut self, bytes: usize) {
        const MESSAGES: usize = 4096;
        self.largest = bytes.max(self.largest - self.largest.div_ceil(MESSAGES));
        self.seen = self.seen.saturating_add(1);
    }

    /// Returns how many messages a command reads at a time.
    #[cfg(feature = "cli")]
    pub(crate) fn page(&self) -> usize {
        self.fit(16_000_000).clamp(1, 500)
    }

    /// Returns how many messages to read into this memory: as many as fit if all are as large as the largest, and at most as
    /// many as were read before. The first few may be large.
    pub(crate) fn fit(&self, bytes: usize) -> usize {
        const FIRST: usize = 10;
        (bytes / self.largest.max(1)).min(self.seen.max(FIRST))
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::*;

    fn budget(messages: usize, bytes: usize) -> Arc<Budget> {
        Budget::new(Amount { messages, bytes })
    }

    #[test]
    fn both_limits_hold_until_permits_are_dropped() {
        let budget = budget(3, 100);
        let first = budget.take(60).unwrap();
        assert!(budget.take(41).is_none(), "too many bytes");
        let second = budget.take(40).unwrap();
        let third = budget.take(0).unwrap();
        assert!(budget.take(0).is_none(), "too many messages");
        drop((second, third));
        assert_eq!(budget.used(), Amount::of(60));
        drop(first);
        assert_eq!(budget.used(), Amount::default());
    }

    #[test]
    fn joined_permits_end_together() {
        let budget = budget(3, 100);
        let mut first = budget.take(10).unwrap();
        first.join(budget.take(20).unwrap());
        assert_eq!((first.amount(), budget.used()), (Amount { messages: 2, bytes: 30 }, first.amount()));
        let changes = budget.changes();
        drop(first);
        assert_eq!((budget.used(), budget.changes()), (Amount::default(), changes + 1));
    }

    #[test]
    fn a_change_between_the_attempt_and_the_wait_is_noticed() {
        let budget = budget(1, 10);
        let permit = budget.take(10).unwrap();
        let seen = budget.changes();
        assert!(budget.take(1).is_none());
        thread::scope(|scope| {
            scope.spawn(|| drop(permit));
        });
        budget.wait(seen, Instant::now() + Duration::from_hours(1));
        assert!(budget.take(1).is_some());
    }

    #[test]
    fn reads_grow_step_by_step_and_shrink_at_once() {
        let mut sizes = Sizes::default();
        let mut read = Vec::new();
        while read.last() != Some(&100) {
            read.push(sizes.fit(100_000));
            (0..*read.last().unwrap()).for_each(|_| sizes.add(1000));
        }
        assert_eq!(read, [10, 10, 20, 40, 80, 100]);
        sizes.add(40_000);
        assert_eq!((sizes.fit(100_000), sizes.fit(39_999)), (2, 0));
        (0..20_000).for_each(|_| sizes.add(1000));
        assert!(sizes.fit(100_000) > 60, "a large message is forgotten: {sizes:?}");
    }
}
