//! Event definitions, and events with their type erased.
//!
//! This folder may use schemas, Avro and JSON, but neither signals nor receivers.

mod any;
mod data_key;
mod definition;
mod error;
mod key;
mod personal_data;
#[cfg(feature = "kafka")]
mod registered;
mod wire;

pub use any::AnyEvent;
pub use data_key::DataKey;
pub use definition::{Deprecation, EventDefinition};
pub use error::{AnyEventError, NoWireForm};
pub(crate) use wire::{SharedEvent, WireFunctions};
pub use wire::{WireFallback, WireForm};

use crate::payload::{record::Fields, shared::Erasure};

/// An event's data, as [`#[event]`](crate::event) declares it, with one field for each data key.
///
/// The counterpart of the `data` of an `OpenEdxPublicSignal` in Python.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event\nhelp: put `#[event(type = \"…\")]` on the struct",
    label = "not an event"
)]
pub trait Event: Sized + 'static {
    /// The definition of the event type.
    const DEFINITION: &'static EventDefinition;

    // Each event is `Send` and `Sync`. The assertions on its fields check that, so that the message comes once and
    // names the field's type. A supertrait would report the struct too, once for each of the two traits.

    /// The functions that erase its type and restore it.
    #[doc(hidden)]
    const ERASURE: Erasure<Self>;
}

/// An event that can leave the process: all of its data has an Avro form.
///
/// `local_only` events do not implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire form of its own\nnote: only events have one, except those that are `local_only`, which stay in the process that sends them\nhelp: encode the event that it is part of, or remove `local_only` from its `#[event(…)]`",
    label = "no wire form"
)]
pub trait WireEvent: Event + Fields {}

#[diagnostic::do_not_recommend]
impl<E: Event + Fields> WireEvent for E {}
