//! What goes to other threads: events, without their types, and so all that is in them.
//!
//! As in [`wire`](super::wire), a type that does not has a fallback, and one message, at the field that is to blame.

use std::{any::Any, marker::PhantomData, sync::Arc};

/// How an event of type `E` goes to any thread without its type, and gets that back.
pub struct Erasure<E> {
    pub(crate) erase: fn(Arc<E>) -> Arc<dyn Any + Send + Sync>,
    /// `None` for an event of another type.
    pub(crate) restore: fn(Arc<dyn Any + Send + Sync>) -> Option<Arc<E>>,
    pub(crate) erase_ref: fn(&E) -> &(dyn Any + Send + Sync),
}

/// What goes to other threads.
pub struct Shared<T>(PhantomData<T>);

impl<T: Send + Sync> Shared<T> {
    /// Whether it does.
    pub const IS_SHARED: bool = true;
}

impl<T: Any + Send + Sync> Shared<T> {
    /// How.
    pub const ERASURE: Erasure<T> =
        Erasure { erase: |event| event, restore: |event| event.downcast().ok(), erase_ref: |event| event };
}

/// What [`Shared`] offers of a type that has to stay on its thread.
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
