//! Lets events and their data go to other threads.
//!
//! As in [`wire`](super::wire), a type that cannot go there has a fallback, so that the only message is the one at the
//! field.

use std::{any::Any, marker::PhantomData, sync::Arc};

/// The functions that erase the type of an event, for any thread, and restore it.
pub struct Erasure<E> {
    pub(crate) erase: fn(Arc<E>) -> Arc<dyn Any + Send + Sync>,
    /// `None` for an event of another type.
    pub(crate) restore: fn(Arc<dyn Any + Send + Sync>) -> Option<Arc<E>>,
    pub(crate) erase_ref: fn(&E) -> &(dyn Any + Send + Sync),
}

/// Whether and how a type goes to other threads.
pub struct Shared<T>(PhantomData<T>);

impl<T: Send + Sync> Shared<T> {
    /// Whether it is `Send` and `Sync`.
    pub const IS_SHARED: bool = true;
}

impl<T: Any + Send + Sync> Shared<T> {
    /// The functions that erase the type and restore it.
    pub const ERASURE: Erasure<T> =
        Erasure { erase: |event| event, restore: |event| event.downcast().ok(), erase_ref: |event| event };
}

/// The fallback of [`Shared`] for a type that is not `Send` and `Sync`.
#[allow(missing_docs)]
pub trait NotShared<T> {
    const IS_SHARED: bool = false;

    const ERASURE: Erasure<T> = Erasure {
        erase: |_| unreachable!("a program with an event that is not `Send` does not compile"),
        restore: |_| None,
        erase_ref: |_| unreachable!("a program with an event that is not `Sync` does not compile"),
    };
}

impl<T> NotShared<T> for Shared<T> {}
