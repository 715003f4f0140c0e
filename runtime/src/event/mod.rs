//! Event definitions: what is known of an event type, and the events themselves with their type erased.

mod any;
mod definition;
mod error;
mod wire;

pub use any::AnyEvent;
pub use definition::{DataKey, Deprecation, EventDefinition};
pub use error::{AnyEventError, NoWireForm};
pub(crate) use wire::BoxedEvent;
pub use wire::WireFunctions;

use crate::payload::record::Fields;

/// An event's data, as [`#[event]`](crate::event) declares it: one field a data key.
///
/// The counterpart of the `data` of an `OpenEdxPublicSignal` in Python.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event\nhelp: put `#[event(type = \"…\")]` on the struct",
    label = "not an event"
)]
pub trait Event: Shareable + Sized + 'static {
    /// What is known of the event type.
    const DEFINITION: &'static EventDefinition;
}

/// A type whose values receivers can be handed on any thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared between threads, so it cannot be an event\nnote: events are sent from any thread\nhelp: use `Arc` in place of `Rc`, and plain values in place of cells",
    label = "cannot be shared between threads"
)]
pub trait Shareable: Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync> Shareable for T {}

/// An event that can leave the process: all of its data has an Avro form.
///
/// Events that are declared `local_only` have none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire form of its own\nnote: only events have one, and not those that are `local_only`: they stay in the process that sends them\nhelp: encode the event that it is part of, or remove `local_only` from its `#[event(…)]`",
    label = "no wire form"
)]
pub trait WireEvent: Event + Fields {}
