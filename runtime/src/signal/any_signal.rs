//! Signals of events of any type, and the list of those that `#[event]` declared.

use std::sync::Arc;

use linkme::distributed_slice;

use super::{
    Signal,
    connection::{Connected, Connection, Untyped},
    dispatch::Failures,
    incoming::Incoming,
    receivers::Receivers,
};
use crate::{
    event::{AnyEventError, Event, EventDefinition, SharedEvent},
    metadata::{EventsMetadata, LazyMetadata},
    receiver::{Delivery, EventOrigin},
    responses::Responses,
    scope::{self, Scopes},
};

/// The type of the elements of `SIGNALS`.
pub type SignalElement = &'static dyn AnySignal;

/// The signals of all linked crates. The linker collects what `#[event]` adds.
#[distributed_slice]
pub static SIGNALS: [SignalElement];

/// A signal of events of any type.
pub trait AnySignal: Send + Sync {
    /// Returns the definition of the event type.
    fn definition(&self) -> &'static EventDefinition;

    /// Returns its receivers.
    fn receivers(&'static self) -> &'static Receivers;
}

impl dyn AnySignal {
    /// Connects a receiver that does not know the type of its events. [`registry::connect`](crate::registry::connect) is the
    /// public function.
    pub(crate) fn connect_untyped(&'static self, receiver: Untyped) -> Connection {
        let (event, receivers) = (self.definition(), self.receivers());
        let Untyped { closure, function } = receiver;
        receivers.warn_of_repeated_name(event, &closure);
        let definition = Some(Arc::new(closure.definition(event)));
        Connected { closure, definition, function }.connect(&receivers.connected)
    }

    /// Runs the receivers for the event with the Avro bytes `bytes`, which came from an event bus.
    #[track_caller]
    pub(crate) fn dispatch_from_event_bus(
        &'static self,
        metadata: &EventsMetadata,
        bytes: &[u8],
    ) -> Result<Responses, AnyEventError> {
        let definition = self.definition();
        let event = definition.decode(bytes)?;
        let scopes = Scopes::current();
        if scope::is_active() {
            scope::note_missed(definition, &scopes);
        }
        scopes.captured(definition, &event, metadata);
        let delivery =
            Delivery { metadata: &LazyMetadata::given(definition, metadata), from_event_bus: true };
        let mut responses = Responses::default();
        // Only `Failures::Return` returns an error.
        let _ =
            self.receivers().dispatch(definition, &*event, delivery, &scopes, Failures::Log, &mut responses);
        Ok(responses)
    }

    /// Finds the receivers of an event that came from an event bus.
    pub(crate) fn incoming(&'static self, event: SharedEvent, metadata: EventsMetadata) -> Incoming {
        let definition = self.definition();
        Incoming::new(definition, event, metadata, self.receivers().callees(definition))
    }

    /// Returns whether receivers are connected to it or to all signals.
    pub(crate) fn has_connected_receivers(&'static self) -> bool {
        self.receivers().are_connected()
    }

    /// Returns whether an event from an event bus has a receiver in this process.
    pub(crate) fn has_receivers(&'static self) -> bool {
        self.receivers().are_any(self.definition(), EventOrigin::Bus)
    }
}

impl<E: Event> AnySignal for Signal<E> {
    fn definition(&self) -> &'static EventDefinition {
        E::DEFINITION
    }

    fn receivers(&'static self) -> &'static Receivers {
        &self.receivers
    }
}
