//! Signals whose type of event is not known where they are used.

use super::{Incoming, Receivers, Signal, dispatch::Failures};
use crate::{
    event::{AnyEventError, Event, EventDefinition},
    metadata::EventsMetadata,
    receiver::Delivery,
    responses::Responses,
    schema::text_eq,
    scope::Scopes,
};

/// A signal of events of any type: the element of the registry's list.
pub trait AnySignal: Send + Sync {
    /// What is known of the event type.
    fn definition(&self) -> &'static EventDefinition;

    /// Its receivers.
    fn receivers(&'static self) -> &'static Receivers;
}

impl dyn AnySignal {
    /// Sends the event with the Avro bytes `bytes`, which came from an event bus.
    #[track_caller]
    pub(crate) fn send_from_event_bus(
        &'static self,
        metadata: &EventsMetadata,
        bytes: &[u8],
    ) -> Result<Responses, AnyEventError> {
        let definition = self.definition();
        let event = definition.decode(bytes)?;
        let scopes = Scopes::current();
        scopes.captured(definition, &event, metadata);
        let delivery = Delivery { metadata, from_event_bus: true };
        let sent = self.receivers().dispatch(definition, &*event, delivery, &scopes, Failures::Log);
        // An error is only returned where `Failures::Return` asks for it.
        Ok(sent.unwrap_or_default())
    }

    /// The event with the Avro bytes `bytes`, which came from an event bus, and its receivers.
    pub(crate) fn receive(
        &'static self,
        metadata: EventsMetadata,
        bytes: &[u8],
    ) -> Result<Incoming, AnyEventError> {
        let definition = self.definition();
        let event = definition.decode(bytes)?;
        Ok(Incoming::new(definition, event, metadata, self.receivers().callees(definition)))
    }

    /// Whether the event has any receiver in this process.
    pub(crate) fn has_receivers(&'static self) -> bool {
        self.receivers().are_any(self.definition())
    }

    /// Says whether the event bus that is installed has a route for these events.
    pub(crate) fn set_produced(&'static self, produced: bool) {
        self.receivers().set_produced(produced);
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

/// Makes the compiler say "expected `&Signal<_>`" at what the user gave to `#[receiver(…)]`.
pub const fn signal<E: Event>(signal: &'static Signal<E>) -> &'static Signal<E> {
    signal
}

/// The type of a signal's events.
#[must_use]
pub const fn event_type<E: Event>(_: &Signal<E>) -> &'static str {
    E::DEFINITION.event_type()
}

/// Refuses a receiver whose signal `index` is one of those before it, under another name.
///
/// # Panics
///
/// If it is: in a constant, where that is an error of the compiler.
#[track_caller]
pub const fn assert_distinct(event_types: &[&str], index: usize, message: &'static str) {
    let mut before = 0;
    while before < index {
        assert!(!text_eq(event_types[before], event_types[index]), "{}", message);
        before += 1;
    }
}
