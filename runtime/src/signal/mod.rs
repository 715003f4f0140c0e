//! Signals: the statics that send events, the receivers that are connected to them, and how an event reaches its receivers.
//!
//! This folder uses events, metadata, receivers, responses and scopes. It does not depend on the event bus: the event
//! bus registers itself as an [`Outlet`], and passes incoming events to [`AnySignal`].

mod any_signal;
mod async_closure;
mod closure;
mod connect;
mod connect_any;
mod connection;
mod dispatch;
mod dispatch_list;
mod django;
mod expansion;
mod incoming;
mod install;
mod outlet;
mod receivers;
mod send_async;

use std::{fmt, marker::PhantomData, sync::Arc};

pub(crate) use any_signal::AnySignal;
pub use any_signal::{SIGNALS, SignalElement};
pub use async_closure::{AsyncAnyReceiver, AsyncReceiver, AsyncReceiverWith};
pub(crate) use connect_any::connect_any;
pub use connection::Connection;
pub(crate) use connection::{Closure, Untyped};
use dispatch::Failures;
pub use expansion::{assert_distinct, assert_not_local, batches, event_type, signal};
#[allow(unused_imports)] // Consumers do not collect batches yet.
pub(crate) use incoming::{BatchItem, Incoming, run_batch};
pub(crate) use install::{install_outlet, remove_outlet};
pub(crate) use outlet::{Outlet, Producing, current_as as current_outlet};
use receivers::Receivers;

use crate::{
    date_time::DateTime,
    event::{Event, EventDefinition, WireEvent},
    metadata::{EventsMetadata, LazyMetadata},
    receiver::{
        Call, Delivery, EventOrigin, ReceiverDefinition, ReceiverError, ReceiverFuture, Traits, TypedReceiver,
    },
    responses::Responses,
    schema::{Location, event_schema_string},
    scope::{self, Scopes},
};

/// Sends events of type `E` to their receivers. `#[event]` declares one for each event.
///
/// The counterpart of an `OpenEdxPublicSignal` in Python.
///
/// Receivers run on the sender's thread, one after the other: first those that `#[receiver]` registered, by `order` and then
/// by place of definition, and then the connected ones in order of connection. Last comes the event bus, if one is
/// [installed](crate::event_bus::install) and has a route for the event. No lock is held meanwhile: a receiver may send
/// events, connect and disconnect.
pub struct Signal<E: Event> {
    receivers: Receivers,
    event: PhantomData<fn(E)>,
}

impl<E: Event> Signal<E> {
    /// Makes the one signal of the type `E`. Expansions use it.
    #[doc(hidden)]
    #[must_use]
    #[allow(clippy::new_without_default)] // A second signal of a type would send to the same receivers.
    pub const fn new() -> Self {
        Self { receivers: Receivers::new(), event: PhantomData }
    }

    /// Makes a receiver of this signal's events, whose type is inferred from the signal. Expansions use it.
    #[doc(hidden)]
    pub const fn receiver<F: 'static>(
        &'static self,
        name: &'static str,
        location: Location,
        order: i32,
        function: &F,
        call: fn(&E, Delivery<'_>) -> Result<(), ReceiverError>,
    ) -> TypedReceiver<E> {
        Self::registered(name, location, order, function, Call::Sync(call))
    }

    /// Makes an async receiver of this signal's events. Expansions use it.
    #[doc(hidden)]
    pub const fn async_receiver<F: 'static>(
        &'static self,
        name: &'static str,
        location: Location,
        order: i32,
        function: &F,
        call: for<'a> fn(&'a E, Delivery<'a>) -> ReceiverFuture<'a>,
    ) -> TypedReceiver<E> {
        Self::registered(name, location, order, function, Call::Async(call))
    }

    const fn registered<F: 'static>(
        name: &'static str,
        location: Location,
        order: i32,
        _: &F,
        call: Call<E>,
    ) -> TypedReceiver<E> {
        let traits = Traits { is_async: matches!(call, Call::Async(_)), takes_metadata: false, batch: None };
        let definition = ReceiverDefinition::registered::<F>(E::DEFINITION, name, location, order, traits);
        TypedReceiver { definition, call }
    }

    /// Returns the definition of the event type.
    #[must_use]
    pub fn definition(&self) -> &'static EventDefinition {
        E::DEFINITION
    }

    /// Returns the event type, such as `org.openedx.learning.course.enrollment.created.v1`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        E::DEFINITION.event_type()
    }

    /// Returns the Avro schema, byte for byte as Python's `json.dumps(schema, sort_keys=True)` writes it.
    #[must_use]
    pub fn schema_string(&self) -> String
    where
        E: WireEvent,
    {
        event_schema_string(self.event_type(), E::RECORD.fields)
    }

    /// Sends an event. Every receiver runs, even if others fail.
    ///
    /// Errors and panics of receivers are logged, and returned in the responses. This is Django's `send_robust`, and
    /// Python's `send_event` in production.
    ///
    /// Without a receiver or a route this does almost nothing: it does not even make metadata.
    #[inline]
    #[track_caller]
    pub fn send_event(&'static self, event: E) -> Responses {
        if self.is_unobserved() {
            return Responses::default();
        }
        self.send_observed(event)
    }

    /// Sends an event that has a receiver or a route. It is separate from [`send_event`](Self::send_event), so that a
    /// send without a receiver is cheap.
    #[inline(never)]
    #[track_caller]
    fn send_observed(&'static self, event: E) -> Responses {
        self.send_all(event, None)
    }

    /// Sends an event as [`send_event`](Self::send_event) does, for something that happened at `time`.
    ///
    /// Metadata is in UTC (OEP-41): a time with another offset is converted. A time without an offset is taken as UTC, and
    /// so is a time that the conversion would put before the year 1 or after 9999.
    #[track_caller]
    pub fn send_event_at(&'static self, event: E, time: DateTime) -> Responses {
        if self.is_unobserved() {
            return Responses::default();
        }
        self.send_all(event, Some(time))
    }

    /// Sends an event to the receivers until one fails. The receivers after it and the event bus do not get the event.
    ///
    /// This is Django's `send`. A receiver's failure is returned and not logged.
    ///
    /// # Errors
    ///
    /// If a receiver or the event bus fails, returns its error.
    #[track_caller]
    pub fn try_send_event(&'static self, event: E) -> Result<Responses, ReceiverError> {
        if self.is_unobserved() {
            return Ok(Responses::default());
        }
        let mut responses = Responses::default();
        self.send_now(event, None, Failures::Return, &mut responses).map(|()| responses)
    }

    /// Sends an event that came from an event bus with `metadata`. Receivers can see where it came from, and it is not
    /// produced to a bus again.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value)] // A consumer does not use it afterwards.
    pub fn send_event_with_custom_metadata(&'static self, metadata: EventsMetadata, event: E) -> Responses {
        let mut responses = Responses::default();
        // Only `Failures::Return` returns an error.
        let _ = self.dispatch(event, &metadata, true, Failures::Log, &mut responses);
        responses
    }

    /// Returns the metadata that an event would have if it were sent now.
    #[must_use]
    pub fn generate_signal_metadata(&self) -> EventsMetadata {
        EventsMetadata::of(E::DEFINITION)
    }

    /// Returns the receivers that the program was linked with, in the order in which they run.
    pub fn receivers(&self) -> impl ExactSizeIterator<Item = &'static ReceiverDefinition> {
        self.receivers.linked(E::DEFINITION).all().iter().map(|receiver| receiver.definition())
    }

    #[inline]
    fn is_unobserved(&self) -> bool {
        !self.receivers.are_any(E::DEFINITION, EventOrigin::Process)
            && !self.receivers.is_produced()
            && !scope::is_active()
    }

    #[inline]
    #[track_caller]
    fn send_all(&'static self, event: E, time: Option<DateTime>) -> Responses {
        let mut responses = Responses::default();
        // Only `Failures::Return` returns an error.
        let _ = self.send_now(event, time, Failures::Log, &mut responses);
        responses
    }

    #[inline]
    #[track_caller]
    fn send_now(
        &'static self,
        event: E,
        time: Option<DateTime>,
        failures: Failures,
        responses: &mut Responses,
    ) -> Result<(), ReceiverError> {
        if scope::is_active() {
            let metadata = EventsMetadata::sent(E::DEFINITION, time);
            return self.dispatch(event, &metadata, false, failures, responses);
        }
        let event = (E::ERASURE.erase_ref)(&event);
        self.receivers.send(E::DEFINITION, event, time, failures, responses)
    }

    /// Does the part of a send in scopes that depends on the type of the event. [`Receivers::dispatch`] does the rest.
    #[inline(never)]
    #[track_caller]
    fn dispatch(
        &'static self,
        event: E,
        metadata: &EventsMetadata,
        from_event_bus: bool,
        failures: Failures,
        responses: &mut Responses,
    ) -> Result<(), ReceiverError> {
        let definition = E::DEFINITION;
        let delivery = Delivery { metadata: &LazyMetadata::given(definition, metadata), from_event_bus };
        let scopes = Scopes::current();
        scope::note_missed(definition, &scopes);
        if !scopes.capture(definition) {
            let event = (E::ERASURE.erase_ref)(&event);
            return self.receivers.dispatch(definition, event, delivery, &scopes, failures, responses);
        }
        let shared = (E::ERASURE.erase)(Arc::new(event));
        scopes.captured(definition, &shared, metadata);
        self.receivers.dispatch(definition, &*shared, delivery, &scopes, failures, responses)
    }
}

impl<E: Event> fmt::Debug for Signal<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signal({})", self.event_type())
    }
}
