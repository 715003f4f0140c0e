//! The values that a receiver's parameters can take.

use bytes::Bytes;

use crate::{
    event::Event,
    metadata::{EventsMetadata, LazyMetadata},
};

/// The values that a receiver gets with the event.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The event's metadata.
    pub metadata: &'a LazyMetadata<'a>,
    /// Whether the event came from an event bus, and not from this process.
    pub from_event_bus: bool,
}

/// A data key, the event or its metadata, if a parameter of type `&P` can take it.
#[diagnostic::on_unimplemented(
    message = "parameter has type `&{P}`, but the value of that name has type `{Self}`\nnote: a parameter of a receiver borrows the data key that it is named after (ADR-3)\nhelp: make it a `&{Self}`",
    label = "expected `&{Self}`"
)]
pub trait DataKeyFor<P: ?Sized> {
    /// Borrows the value as the parameter's type.
    fn borrow_as(&self) -> &P;
}

#[diagnostic::do_not_recommend]
impl<T> DataKeyFor<T> for T {
    #[inline]
    fn borrow_as(&self) -> &T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl DataKeyFor<str> for String {
    #[inline]
    fn borrow_as(&self) -> &str {
        self
    }
}

/// Only local-only events can have such a data key.
#[diagnostic::do_not_recommend]
impl DataKeyFor<str> for &'static str {
    #[inline]
    fn borrow_as(&self) -> &str {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> DataKeyFor<[T]> for Vec<T> {
    #[inline]
    fn borrow_as(&self) -> &[T] {
        self
    }
}

#[diagnostic::do_not_recommend]
impl DataKeyFor<[u8]> for Bytes {
    #[inline]
    fn borrow_as(&self) -> &[u8] {
        self
    }
}

/// A data key of one of several events, if a parameter of type `&P` can take it.
#[diagnostic::on_unimplemented(
    message = "parameter has type `&{P}`, but one of the events has a `{Self}` under that name\nnote: a receiver of several events takes only data keys that all of them have, with the same type (ADR-3)\nhelp: write a receiver for each of the events",
    label = "`{Self}` in one of the events"
)]
pub trait SharedDataKeyFor<P: ?Sized>: DataKeyFor<P> {}

#[diagnostic::do_not_recommend]
impl<T: DataKeyFor<P>, P: ?Sized> SharedDataKeyFor<P> for T {}

/// Borrows a data key of one of several events as the parameter's type.
#[inline]
pub fn shared_data_key<K: SharedDataKeyFor<P>, P: ?Sized>(key: &K) -> &P {
    key.borrow_as()
}

/// Borrows a data key as the parameter's type.
#[inline]
pub fn data_key<K: DataKeyFor<P>, P: ?Sized>(key: &K) -> &P {
    key.borrow_as()
}

/// An event, whose type leads to the type of its metadata: if the event was refused, the compiler must not compare a
/// parameter with that type.
pub trait HasMetadata {
    /// The type of the metadata.
    type Metadata;

    /// Returns the metadata.
    fn metadata(delivery: Delivery<'_>) -> &Self::Metadata;
}

impl<E: Event> HasMetadata for E {
    type Metadata = EventsMetadata;

    #[inline]
    fn metadata(delivery: Delivery<'_>) -> &EventsMetadata {
        delivery.metadata.get()
    }
}

/// Returns the metadata of the event.
#[inline]
#[must_use]
pub fn metadata<'a, E: HasMetadata>(_: &E, delivery: Delivery<'a>) -> &'a E::Metadata {
    E::metadata(delivery)
}

/// The type of the parameter `from_event_bus`.
#[diagnostic::on_unimplemented(
    message = "`from_event_bus` must be a `bool`, found `{Self}`\nnote: it says whether the event came from an event bus or from this process\nhelp: write `from_event_bus: bool`",
    label = "not a `bool`"
)]
pub trait FromEventBus {
    /// Makes the value of the parameter's type.
    fn from_bool(from_event_bus: bool) -> Self;
}

#[diagnostic::do_not_recommend]
impl FromEventBus for bool {
    #[inline]
    fn from_bool(from_event_bus: bool) -> Self {
        from_event_bus
    }
}

/// Makes the value of the parameter `from_event_bus`.
#[inline]
#[must_use]
pub fn from_event_bus<T: FromEventBus>(from_event_bus: bool) -> T {
    T::from_bool(from_event_bus)
}
