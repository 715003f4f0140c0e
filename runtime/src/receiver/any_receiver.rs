//! Receivers of events of any type, and the list of those that `#[receiver]` registered.

use std::any::Any;

use linkme::distributed_slice;

use super::{
    batch::AnyBatchReceiver,
    call::{Call, Called},
    definition::{EventOrigin, ReceiverDefinition},
    parameter::Delivery,
};
use crate::event::{Event, EventDefinition};

/// A receiver of an event of any type.
pub trait AnyReceiver: Send + Sync {
    /// Returns its definition.
    fn definition(&self) -> &ReceiverDefinition;
    /// Calls it with an event of the type that it receives.
    fn call<'a>(&self, event: &'a (dyn Any + Send + Sync), delivery: Delivery<'a>) -> Called<'a>;
    /// Returns itself if it is a batch receiver.
    fn as_batch(&self) -> Option<&dyn AnyBatchReceiver> {
        None
    }
}

/// A receiver of events of type `E`, as `#[receiver]` registers it.
pub struct TypedReceiver<E: Event> {
    pub(crate) definition: ReceiverDefinition,
    pub(crate) call: Call<E>,
}

/// The properties that few receivers have.
impl<E: Event> TypedReceiver<E> {
    /// Sets the stable name.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.definition.stable_name = Some(name);
        self
    }

    /// Notes that it takes the metadata. Without such a receiver, an event gets metadata only if something else needs them.
    #[must_use]
    pub const fn with_metadata(mut self) -> Self {
        self.definition.traits.takes_metadata = true;
        self
    }

    /// Receives events of this origin only.
    #[must_use]
    pub const fn only(mut self, origin: EventOrigin) -> Self {
        self.definition.only = Some(origin);
        self
    }
}

impl<E: Event> AnyReceiver for TypedReceiver<E> {
    fn definition(&self) -> &ReceiverDefinition {
        &self.definition
    }

    fn call<'a>(&self, event: &'a (dyn Any + Send + Sync), delivery: Delivery<'a>) -> Called<'a> {
        self.call.call(event, delivery)
    }
}

/// The type of the elements of `RECEIVERS`.
pub type ReceiverElement = &'static dyn AnyReceiver;

/// The receivers of all linked crates. The linker collects what `#[receiver]` adds.
///
/// The program has one list of receivers, and not one for each signal: names of distributed slices are global in a
/// binary, and two crates could choose the same name.
#[distributed_slice]
pub static RECEIVERS: [ReceiverElement];

/// Returns the receivers of one event in the order in which they run. It is not generic, so that sorting is compiled
/// once and not for each event.
pub(crate) fn receivers_of(event: &'static EventDefinition) -> Vec<&'static dyn AnyReceiver> {
    let of_event = |receiver: &&dyn AnyReceiver| std::ptr::eq(receiver.definition().event, event);
    let mut receivers: Vec<_> = RECEIVERS.iter().copied().filter(of_event).collect();
    receivers.sort_by_key(|receiver| receiver.definition().sort_key());
    receivers
}
