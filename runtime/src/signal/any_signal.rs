//! Signals whose type of event is not known where they are used.

use std::sync::{Arc, atomic::Ordering};

use super::{
    Incoming, Signal, connect_any,
    dispatch_list::Entry,
    incoming::{Call, Callee},
};
use crate::{
    event::{AnyEventError, Event, EventDefinition, NoWireForm},
    metadata::EventsMetadata,
    receiver::AnyReceiver,
    responses::{ReceiverHandle, Responses},
};

/// A signal of events of any type: the element of the registry's list.
pub trait AnySignal: Send + Sync {
    /// What is known of the event type.
    fn definition(&self) -> &'static EventDefinition;

    /// Sends the event with the Avro bytes `bytes`, which came from an event bus.
    fn send_from_event_bus(
        &'static self,
        metadata: EventsMetadata,
        bytes: &[u8],
    ) -> Result<Responses, AnyEventError>;

    /// The event with the Avro bytes `bytes`, which came from an event bus, and its receivers.
    fn receive(&'static self, metadata: EventsMetadata, bytes: &[u8]) -> Result<Incoming, AnyEventError>;

    /// Whether the event has any receiver in this process.
    fn has_receivers(&'static self) -> bool;

    /// Says whether the event bus that is installed has a route for these events.
    fn set_produced(&self, produced: bool);
}

impl<E: Event> AnySignal for Signal<E> {
    fn definition(&self) -> &'static EventDefinition {
        E::DEFINITION
    }

    fn send_from_event_bus(
        &'static self,
        metadata: EventsMetadata,
        bytes: &[u8],
    ) -> Result<Responses, AnyEventError> {
        let event = E::DEFINITION.decode(bytes)?;
        // The definition decodes its own events; if it did not, nothing would have been sent.
        let event = event.downcast::<E>().map_err(|_| NoWireForm::new(E::DEFINITION))?;
        Ok(self.send_event_with_custom_metadata(metadata, *event))
    }

    fn receive(&'static self, metadata: EventsMetadata, bytes: &[u8]) -> Result<Incoming, AnyEventError> {
        let event = E::DEFINITION.decode(bytes)?;
        Ok(Incoming::new(E::DEFINITION, event, metadata, self.callees()))
    }

    fn has_receivers(&'static self) -> bool {
        !self.linked().is_empty() || !self.connected.is_empty() || connect_any::is_observed()
    }

    fn set_produced(&self, produced: bool) {
        self.produced.store(produced, Ordering::Relaxed);
    }
}

impl<E: Event> Signal<E> {
    /// The receivers in the order in which they run.
    fn callees(&'static self) -> Vec<Callee> {
        let linked = self.linked().iter().map(|receiver| Callee {
            handle: ReceiverHandle::Linked(receiver.definition()),
            call: Call::Linked(*receiver),
        });
        let own = self.connected.snapshot();
        let own = own.iter().flat_map(|entries| entries.iter()).map(|Entry { id, value: receiver }| {
            let handle = ReceiverHandle::Connected(Arc::clone(&receiver.definition));
            (*id, Callee { handle, call: Call::Connected(Arc::clone(receiver) as _) })
        });
        let mut connected: Vec<_> = own.chain(connect_any::callees(E::DEFINITION)).collect();
        connected.sort_by_key(|(id, _)| *id);
        linked.chain(connected.into_iter().map(|(_, callee)| callee)).collect()
    }
}

/// Makes the compiler say "expected `&Signal<_>`" at what the user gave to `#[receiver(…)]`.
pub const fn signal<E: Event>(signal: &'static Signal<E>) -> &'static Signal<E> {
    signal
}
