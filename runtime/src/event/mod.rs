//! Event definitions: what is known of an event type, and the events themselves with their type erased.

mod any;
mod data_key;
mod definition;
mod error;
mod key;
mod personal_data;
mod wire;
mod wire_form;

pub use any::AnyEvent;
pub use data_key::DataKey;
pub use definition::{Deprecation, EventDefinition};
pub use error::{AnyEventError, NoWireForm};
pub(crate) use wire::SharedEvent;
pub(crate) use wire::WireFunctions;
pub use wire_form::{WireFallback, WireForm};

use crate::payload::{record::Fields, shared::Erasure};

/// An event's data, as [`#[event]`](crate::event) declares it: one field a data key.
///
/// The counterpart of the `data` of an `OpenEdxPublicSignal` in Python.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event\nhelp: put `#[event(type = \"…\")]` on the struct",
    label = "not an event"
)]
pub trait Event: Sized + 'static {
    /// What is known of the event type.
    const DEFINITION: &'static EventDefinition;

    // Each event is `Send` and `Sync`. That is checked at its fields, where it is said once and of the right
    // type: as a supertrait it would be said of the struct, too, of one trait after the other.

    /// How it goes to any thread without its type.
    #[doc(hidden)]
    const ERASURE: Erasure<Self>;
}

/// An event that can leave the process: all of its data has an Avro form.
///
/// Events that are declared `local_only` have none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire form of its own\nnote: only events have one, and not those that are `local_only`: they stay in the process that sends them\nhelp: encode the event that it is part of, or remove `local_only` from its `#[event(…)]`",
    label = "no wire form"
)]
pub trait WireEvent: Event + Fields {}

#[diagnostic::do_not_recommend]
impl<E: Event + Fields> WireEvent for E {}
