//! Events that came from an event bus, receiver by receiver: a consumer tries again only those that failed.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::connection::{Connected, ConnectedAny};
use crate::{
    event::{AnyEvent, EventDefinition, SharedEvent},
    metadata::EventsMetadata,
    receiver::{AnyReceiver, Delivery, ReceiverDefinition, ReceiverError},
    responses::ReceiverHandle,
    scope::Scopes,
};

/// An event that came from an event bus, decoded, with the receivers that there were in that moment.
pub(crate) struct Incoming {
    definition: &'static EventDefinition,
    event: SharedEvent,
    metadata: EventsMetadata,
    receivers: Vec<Callee>,
}

/// A receiver of an event whose type is not known.
pub(crate) struct Callee {
    pub(super) handle: ReceiverHandle,
    pub(super) call: Call,
}

pub(super) enum Call {
    Linked(&'static dyn AnyReceiver),
    Connected(Arc<Connected>),
    Any(Arc<ConnectedAny>),
}

impl Incoming {
    pub(super) fn new(
        definition: &'static EventDefinition,
        event: SharedEvent,
        metadata: EventsMetadata,
        receivers: Vec<Callee>,
    ) -> Self {
        Self { definition, event, metadata, receivers }
    }

    /// The event, without its type.
    pub(crate) fn event(&self) -> AnyEvent<'_> {
        AnyEvent::received(self.definition, &*self.event)
    }

    /// The metadata that came with it.
    pub(crate) fn metadata(&self) -> &EventsMetadata {
        &self.metadata
    }

    /// The receivers, in the order in which they run.
    pub(crate) fn receivers(&self) -> impl ExactSizeIterator<Item = &ReceiverDefinition> {
        self.receivers.iter().map(|receiver| &*receiver.handle)
    }

    /// Runs the receiver with the number `index`. A panic is its failure.
    pub(crate) fn run(&self, index: usize) -> Result<(), ReceiverError> {
        let Callee { handle, call } = &self.receivers[index];
        if Scopes::current().mute(handle) {
            return Ok(());
        }
        let delivery = Delivery { metadata: &self.metadata, from_event_bus: true };
        let call = || match call {
            Call::Linked(receiver) => receiver.call(&*self.event, delivery),
            Call::Connected(receiver) => (receiver.call)(&*self.event, delivery),
            Call::Any(receiver) => (receiver.call)(self.event(), &self.metadata),
        };
        catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| Err(ReceiverError::panicked(payload)))
    }
}

/// Names the type; the data may be personal.
impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("event_type", &self.definition.event_type())
            .field("id", &self.metadata.id)
            .finish_non_exhaustive()
    }
}
