//! A list that is read far more often than it changes, and is not locked while a reader uses it.
//!
//! It uses no other module of the crate, so that a model checker can run every interleaving of its operations:
//! `tests/loom`.

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

/// A value, with the id by which it can be removed.
#[derive(Clone)]
pub(crate) struct Item<T> {
    pub(crate) id: u64,
    pub(crate) value: T,
}

/// The list at one moment.
pub(crate) type Snapshot<T> = Arc<Vec<Item<T>>>;

/// A list of `T` in order of insertion.
///
/// A change makes a new list and swaps it in. A reader with an earlier snapshot continues with the old list.
pub(crate) struct DispatchList<T> {
    /// The length of the list, so that an empty list costs one load.
    count: AtomicUsize,
    items: RwLock<Option<Snapshot<T>>>,
}

impl<T: Clone> DispatchList<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { count: AtomicUsize::new(0), items: RwLock::new(None) }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { count: AtomicUsize::new(0), items: RwLock::new(None) }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Returns the list as it is now, or `None` if it is empty.
    pub(crate) fn snapshot(&self) -> Option<Snapshot<T>> {
        if self.is_empty() {
            return None;
        }
        self.items.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds `value` at the end, with the id `id`.
    pub(crate) fn push(&self, id: u64, value: T) {
        self.replace(|items| items.push(Item { id, value }));
    }

    pub(crate) fn remove(&self, id: u64) {
        self.replace(|items| items.retain(|item| item.id != id));
    }

    fn replace(&self, change: impl FnOnce(&mut Vec<Item<T>>)) {
        let mut guard = self.items.write().unwrap_or_else(PoisonError::into_inner);
        let mut items = guard.as_deref().cloned().unwrap_or_default();
        change(&mut items);
        self.count.store(items.len(), Ordering::Release);
        let new = (!items.is_empty()).then(|| Arc::new(items));
        let old = std::mem::replace(&mut *guard, new);
        drop(guard);
        // This may drop the last copy of a value. It happens after unlocking, because its destructor is users' code.
        drop(old);
    }
}
