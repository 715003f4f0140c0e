//! What a receiver's parameters can take.

use bytes::Bytes;

use crate::metadata::EventsMetadata;

/// What a receiver is given besides the event.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The event's metadata.
    pub metadata: &'a EventsMetadata,
    /// Whether the event came from an event bus, and not from this process.
    pub from_event_bus: bool,
}

/// A data key that a parameter of type `&P` can take.
#[diagnostic::on_unimplemented(
    message = "this parameter is a `&{P}`, but what it is named after is a `{Self}`\nnote: a receiver's parameter has the type of the data key of its name (ADR-3)\nhelp: make it a `&{Self}`",
    label = "what it is named after is a `{Self}`"
)]
pub trait DataKeyFor<P: ?Sized> {
    /// The value, as the parameter's type.
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

/// Events that are local only may have such a data key.
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

/// The data key as the receiver wants it.
#[inline]
pub fn data_key<K: DataKeyFor<P>, P: ?Sized>(key: &K) -> &P {
    key.borrow_as()
}

/// The type of the parameter `from_event_bus`.
#[diagnostic::on_unimplemented(
    message = "`from_event_bus` is a `bool`, found `{Self}`\nnote: it says whether the event came from an event bus, and not from this process\nhelp: write `from_event_bus: bool`",
    label = "not a `bool`"
)]
pub trait FromEventBus {
    /// The value, as the parameter's type.
    fn from_bool(from_event_bus: bool) -> Self;
}

#[diagnostic::do_not_recommend]
impl FromEventBus for bool {
    #[inline]
    fn from_bool(from_event_bus: bool) -> Self {
        from_event_bus
    }
}

/// Whether the event came from an event bus.
#[inline]
#[must_use]
pub fn from_event_bus<T: FromEventBus>(from_event_bus: bool) -> T {
    T::from_bool(from_event_bus)
}
