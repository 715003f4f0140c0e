//! A list that is read far more often than it changes, and is never locked while it is used.
//!
//! It stands alone (no other module of the crate) so that a model checker can run every interleaving of
//! its operations: `tests/loom`.

#[cfg(loom)]
use loom::sync::{
    Arc, RwLock,
    atomic::{AtomicUsize, Ordering},
};
use std::sync::PoisonError;
#[cfg(not(loom))]
use std::sync::{
    Arc, RwLock,
    atomic::{AtomicUsize, Ordering},
};

/// An element, with the number by which it can be removed.
#[derive(Clone)]
pub(crate) struct Entry<T> {
    pub(crate) id: u64,
    pub(crate) value: T,
}

/// What [`DispatchList::snapshot`] returns.
pub(crate) type Snapshot<T> = Arc<Vec<Entry<T>>>;

/// A list of `T`, in the order of insertion.
///
/// A change builds a new list and swaps it in; whoever took a snapshot before goes on with the old one.
pub(crate) struct DispatchList<T> {
    /// The length of the list, so that an empty one costs one load.
    count: AtomicUsize,
    entries: RwLock<Option<Snapshot<T>>>,
}

impl<T: Clone> DispatchList<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { count: AtomicUsize::new(0), entries: RwLock::new(None) }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { count: AtomicUsize::new(0), entries: RwLock::new(None) }
    }

    /// Whether there is nothing in it.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// The list as it is now; `None` when it is empty.
    pub(crate) fn snapshot(&self) -> Option<Snapshot<T>> {
        if self.is_empty() {
            return None;
        }
        self.entries.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds `value` at the end, under the number `id`.
    pub(crate) fn push(&self, id: u64, value: T) {
        self.replace(|entries| entries.push(Entry { id, value }));
    }

    /// Removes what was added under the number `id`.
    pub(crate) fn remove(&self, id: u64) {
        self.replace(|entries| entries.retain(|entry| entry.id != id));
    }

    fn replace(&self, change: impl FnOnce(&mut Vec<Entry<T>>)) {
        let mut guard = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let mut entries = guard.as_deref().cloned().unwrap_or_default();
        change(&mut entries);
        self.count.store(entries.len(), Ordering::Release);
        let new = (!entries.is_empty()).then(|| Arc::new(entries));
        let old = std::mem::replace(&mut *guard, new);
        drop(guard);
        // The last owner of an element drops it here, outside the lock: its destructor is a user's code.
        drop(old);
    }
}
