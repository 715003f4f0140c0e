//! Signals whose type of event is not known where they are used.

use super::Signal;
use crate::{
    event::{AnyEventError, Event, EventDefinition, NoWireForm},
    metadata::EventsMetadata,
    responses::Responses,
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
}

/// Makes the compiler say "expected `&Signal<_>`" at what the user gave to `#[receiver(…)]`.
pub const fn signal<E: Event>(signal: &'static Signal<E>) -> &'static Signal<E> {
    signal
}
