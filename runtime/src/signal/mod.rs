//! Signals: the statics that send events.

mod any_signal;
mod connect_any;
mod connection;
mod dispatch;
mod dispatch_list;
mod incoming;
pub(crate) mod outlet;
mod receivers;
mod slice;

use std::{
    any::{Any, TypeId},
    fmt,
    marker::PhantomData,
    sync::Arc,
};

pub use any_signal::{AnySignal, assert_distinct, event_type, signal};
pub(crate) use connect_any::connect_any;
pub use connection::Connection;
use connection::{Connected, Place, next_id};
use dispatch::Failures;
pub(crate) use incoming::Incoming;
pub(crate) use outlet::Outlet;
use receivers::Receivers;
pub use slice::SIGNALS;

use crate::{
    DateTime,
    event::{Event, EventDefinition, WireEvent},
    metadata::EventsMetadata,
    receiver::{Delivery, ReceiverDefinition, ReceiverError, ReceiverReturn, TypedReceiver},
    responses::Responses,
    schema::{Location, event_schema_string},
    scope::{self, Scopes},
};

/// Sends events of type `E` to their receivers: what `#[event]` declares beside the struct.
///
/// The counterpart of an `OpenEdxPublicSignal` in Python.
///
/// Receivers run on the sender's thread, one after the other: first those that `#[receiver]` registered
/// (by `order`, then by where they are defined), then the connected ones in order of connection, then the event
/// bus, where one is [installed](crate::event_bus::install) and has a route for the event. No lock is held meanwhile: a
/// receiver may send events, connect and disconnect.
pub struct Signal<E: Event> {
    receivers: Receivers,
    event: PhantomData<fn(E)>,
}

impl<E: Event> Signal<E> {
    /// Used by expansions: one a type.
    #[doc(hidden)]
    #[must_use]
    #[allow(clippy::new_without_default)] // A second signal of a type would send to the same receivers.
    pub const fn new() -> Self {
        Self { receivers: Receivers::new(), event: PhantomData }
    }

    /// Used by expansions: a receiver of this signal's events, whose type is inferred from the signal.
    #[doc(hidden)]
    pub const fn receiver(
        &'static self,
        name: &'static str,
        location: Location,
        order: i32,
        function: fn() -> TypeId,
        call: fn(&E, Delivery<'_>) -> Result<(), ReceiverError>,
    ) -> TypedReceiver<E> {
        let definition = ReceiverDefinition { event: E::DEFINITION, name, location, order, function };
        TypedReceiver { definition, call }
    }

    /// What is known of the event type.
    #[must_use]
    pub fn definition(&self) -> &'static EventDefinition {
        E::DEFINITION
    }

    /// The event type, as in `org.openedx.learning.course.enrollment.created.v1`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        E::DEFINITION.event_type()
    }

    /// The Avro schema, byte for byte as Python's `json.dumps(schema, sort_keys=True)` writes it.
    #[must_use]
    pub fn schema_string(&self) -> String
    where
        E: WireEvent,
    {
        event_schema_string(self.event_type(), E::RECORD.fields)
    }

    /// Sends an event; every receiver runs, whatever becomes of the others.
    ///
    /// Errors and panics of receivers are logged, and are in what is returned. Django's `send_robust`, and
    /// what `send_event` does in Python in production.
    ///
    /// With no receiver this does almost nothing: no metadata is made.
    #[inline]
    #[track_caller]
    pub fn send_event(&'static self, event: E) -> Responses {
        if self.is_unobserved() {
            return Responses::default();
        }
        self.send_now(event)
    }

    /// Apart from [`send_event`](Self::send_event), which then has nothing to set up where nobody listens.
    #[inline(never)]
    #[track_caller]
    fn send_now(&'static self, event: E) -> Responses {
        self.send(event, &EventsMetadata::of(E::DEFINITION), false)
    }

    /// [`send_event`](Self::send_event), for something that happened at `time`.
    ///
    /// Metadata is in UTC (OEP-41): a time with another offset is converted, and one without an offset is
    /// taken to be UTC, as is one that UTC would put before the year 1 or after 9999.
    #[track_caller]
    pub fn send_event_at(&'static self, event: E, time: DateTime) -> Responses {
        if self.is_unobserved() {
            return Responses::default();
        }
        self.send(event, &EventsMetadata::of(E::DEFINITION).at(time), false)
    }

    /// Sends an event to the receivers until one fails; what comes after it does not run.
    ///
    /// Django's `send`.
    ///
    /// # Errors
    ///
    /// That of the first receiver that failed, or else of the event bus.
    #[track_caller]
    pub fn try_send_event(&'static self, event: E) -> Result<Responses, ReceiverError> {
        if self.is_unobserved() {
            return Ok(Responses::default());
        }
        let metadata = EventsMetadata::of(E::DEFINITION);
        self.dispatch(event, Delivery { metadata: &metadata, from_event_bus: false }, Failures::Return)
    }

    /// Sends an event that came from an event bus with `metadata`: receivers see that it did, and it is
    /// not produced to a bus again.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value)] // A consumer has no use for it afterwards.
    pub fn send_event_with_custom_metadata(&'static self, metadata: EventsMetadata, event: E) -> Responses {
        self.send(event, &metadata, true)
    }

    /// The metadata that an event sent now would have.
    #[must_use]
    pub fn generate_signal_metadata(&self) -> EventsMetadata {
        EventsMetadata::of(E::DEFINITION)
    }

    /// Adds a receiver until the [`Connection`] is dropped.
    ///
    /// ```standalone_crate
    /// use openedx_events::learning::{data::*, signals::STUDENT_REGISTRATION_COMPLETED};
    /// # use openedx_events::learning::signals::StudentRegistrationCompleted;
    ///
    /// let connection = STUDENT_REGISTRATION_COMPLETED.connect(|event, metadata| {
    ///     println!("user {} registered at {}", event.user.id, metadata.time);
    /// });
    /// # let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
    /// # let user = UserData::builder().id(7).is_active(true).pii(pii).build();
    /// # assert_eq!(STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted { user }).len(), 1);
    /// drop(connection);
    /// ```
    ///
    /// A send that began before the drop may still run the receiver.
    #[track_caller]
    pub fn connect<F, R>(&'static self, receiver: F) -> Connection
    where
        F: Fn(&E, &EventsMetadata) -> R + Send + Sync + 'static,
        R: ReceiverReturn,
    {
        let id = next_id();
        let definition = Arc::new(Place::of(&receiver).definition(E::DEFINITION));
        let call = Box::new(move |event: &dyn Any, delivery: Delivery<'_>| match event.downcast_ref() {
            Some(event) => receiver(event, delivery.metadata).outcome(),
            None => Err(ReceiverError::wrong_event()),
        });
        self.receivers.connect(id, Connected { definition, call })
    }

    /// The receivers that the program was linked with, in the order in which they run.
    pub fn receivers(&self) -> impl ExactSizeIterator<Item = &'static ReceiverDefinition> {
        self.receivers.linked(E::DEFINITION).iter().map(|receiver| receiver.definition())
    }

    #[inline]
    fn is_unobserved(&self) -> bool {
        !self.receivers.are_any(E::DEFINITION) && !self.receivers.is_produced() && !scope::is_active()
    }

    #[track_caller]
    fn send(&'static self, event: E, metadata: &EventsMetadata, from_event_bus: bool) -> Responses {
        let delivery = Delivery { metadata, from_event_bus };
        // An error is only returned where `Failures::Return` asks for it.
        self.dispatch(event, delivery, Failures::Log).unwrap_or_default()
    }

    /// All that differs from one type of event to the next.
    #[track_caller]
    fn dispatch(
        &'static self,
        event: E,
        delivery: Delivery<'_>,
        failures: Failures,
    ) -> Result<Responses, ReceiverError> {
        let definition = E::DEFINITION;
        let scopes = Scopes::current();
        if !scopes.capture(definition) {
            return self.receivers.dispatch(
                definition,
                (E::ERASURE.erase_ref)(&event),
                delivery,
                &scopes,
                failures,
            );
        }
        let shared = (E::ERASURE.erase)(Arc::new(event));
        scopes.captured(definition, &shared, delivery.metadata);
        self.receivers.dispatch(definition, &*shared, delivery, &scopes, failures)
    }
}

impl<E: Event> fmt::Debug for Signal<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signal({})", self.event_type())
    }
}
