//! Runs the receivers of one event: on the sender's thread, or in a future.

use std::any::Any;

use super::{
    connect_any,
    dispatch_list::{Item, Snapshot},
    outlet,
    receivers::{Receivers, in_order, items},
};
use crate::{
    date_time::DateTime,
    event::{AnyEvent, EventDefinition},
    metadata::{EventsMetadata, LazyMetadata},
    receiver::{Delivery, EventOrigin, Outcome, ReceiverError, drop_guarded, log_failure, run, run_async},
    responses::{ReceiverHandle, Response, Responses},
    scope::Scopes,
};

/// The reaction to a failure of a receiver or the event bus.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Failures {
    /// The failure is logged, and the next receiver runs. In a strict test, the send panics instead.
    Log,
    /// The failure is returned, and no other receiver runs.
    Return,
}

/// The outcomes so far.
struct Outcomes<'a> {
    metadata: &'a LazyMetadata<'a>,
    scopes: &'a Scopes,
    failures: Failures,
    responses: &'a mut Responses,
}

impl Outcomes<'_> {
    /// Adds the response of a receiver, unless it was muted.
    #[allow(clippy::inline_always)] // A call of its own would cost as much as a short receiver.
    #[inline(always)]
    #[track_caller]
    fn add(&mut self, handle: ReceiverHandle, outcome: Option<Outcome>) -> Result<(), ReceiverError> {
        match outcome {
            None => Ok(()),
            Some(Ok(())) => {
                self.responses.push(Response::new(handle, Ok(())));
                Ok(())
            }
            Some(Err(error)) => self.failed(handle, error),
        }
    }

    #[cold]
    #[track_caller]
    fn failed(&mut self, handle: ReceiverHandle, error: ReceiverError) -> Result<(), ReceiverError> {
        match self.failures {
            Failures::Return => Err(error),
            Failures::Log => {
                assert!(!self.scopes.are_strict(), "receiver `{}` failed: {}", &*handle, error.chain());
                log_failure(&handle, &error, self.metadata.get(), None);
                self.responses.push(Response::new(handle, Err(error)));
                Ok(())
            }
        }
    }

    /// Adds the response of the event bus. Logs no error, because the event bus has logged it with the topic.
    #[track_caller]
    fn event_bus(&mut self, event: AnyEvent<'_>, response: Option<Response>) -> Result<(), ReceiverError> {
        let Some(response) = response else { return Ok(()) };
        if let Err(error) = response.result() {
            if self.failures == Failures::Return {
                return response.into_result();
            }
            assert!(!self.scopes.are_strict(), "{} was not produced: {}", event.event_type(), error.chain());
        }
        self.responses.push(response);
        Ok(())
    }
}

/// The receivers that were connected when the event was sent. If one is disconnected meanwhile, this holds its last copy.
struct Held<T>(Option<Snapshot<T>>);

impl<T> Held<T> {
    fn items(&self) -> &[Item<T>] {
        items(self.0.as_ref())
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        if let Some(snapshot) = self.0.take() {
            drop_guarded(snapshot, "a disconnected receiver panicked when it was dropped");
        }
    }
}

fn origin(from_event_bus: bool) -> EventOrigin {
    if from_event_bus { EventOrigin::Bus } else { EventOrigin::Process }
}

impl Receivers {
    /// Sends an event of this process that no scope observes. It happened at `time`, or now.
    #[track_caller]
    pub(super) fn send(
        &'static self,
        definition: &'static EventDefinition,
        event: &(dyn Any + Send + Sync),
        time: Option<DateTime>,
        failures: Failures,
        responses: &mut Responses,
    ) -> Result<(), ReceiverError> {
        // Two calls, because a value that one of two branches makes would be moved.
        if self.ask_for_metadata(definition) {
            let metadata = EventsMetadata::sent(definition, time);
            let metadata = &LazyMetadata::given(definition, &metadata);
            let delivery = Delivery { metadata, from_event_bus: false };
            self.dispatch_inline(definition, event, delivery, Scopes::NONE, failures, responses)
        } else {
            let metadata = &LazyMetadata::later(definition, time);
            let delivery = Delivery { metadata, from_event_bus: false };
            self.dispatch_inline(definition, event, delivery, Scopes::NONE, failures, responses)
        }
    }

    /// Runs the receivers for an event of the type `definition`, and adds their responses. It is one function for all types of
    /// events, so that it is compiled once and not for each of them.
    #[track_caller]
    pub(super) fn dispatch(
        &'static self,
        definition: &'static EventDefinition,
        event: &(dyn Any + Send + Sync),
        delivery: Delivery<'_>,
        scopes: &Scopes,
        failures: Failures,
        responses: &mut Responses,
    ) -> Result<(), ReceiverError> {
        self.dispatch_inline(definition, event, delivery, scopes, failures, responses)
    }

    #[allow(clippy::inline_always)] // Passing its arguments would cost as much as a short receiver.
    #[inline(always)]
    #[track_caller]
    fn dispatch_inline(
        &'static self,
        definition: &'static EventDefinition,
        event: &(dyn Any + Send + Sync),
        delivery: Delivery<'_>,
        scopes: &Scopes,
        failures: Failures,
        responses: &mut Responses,
    ) -> Result<(), ReceiverError> {
        let linked = self.linked(definition).taking(origin(delivery.from_event_bus));
        let mut outcomes = Outcomes { metadata: delivery.metadata, scopes, failures, responses };
        outcomes.responses.reserve(linked.len());
        for receiver in linked {
            let handle = ReceiverHandle::Linked(receiver.definition());
            let outcome = run(&handle, scopes, None, || receiver.call(event, delivery));
            outcomes.add(handle, outcome)?;
        }
        if self.are_connected() {
            let event = AnyEvent::new(definition, event, delivery.from_event_bus);
            self.dispatch_connected(event, delivery, &mut outcomes)?;
        }
        if !delivery.from_event_bus
            && self.is_produced()
            && let Some(outlet) = outlet::current()
        {
            let event = AnyEvent::new(definition, event, delivery.from_event_bus);
            let response = outlet.produce(event, delivery.metadata.get());
            outcomes.event_bus(event, response)?;
        }
        Ok(())
    }

    /// Runs the connected receivers. It is separate, so that a send without them is cheap.
    #[inline(never)]
    #[track_caller]
    fn dispatch_connected(
        &'static self,
        event: AnyEvent<'_>,
        delivery: Delivery<'_>,
        outcomes: &mut Outcomes<'_>,
    ) -> Result<(), ReceiverError> {
        let own = Held(self.connected.snapshot());
        let any = Held(connect_any::snapshot());
        outcomes.responses.reserve(own.items().len() + any.items().len());
        for callee in in_order(own.items(), any.items()) {
            let handle = callee.handle(event.definition());
            let outcome = run(&handle, outcomes.scopes, None, || callee.call(event, delivery));
            outcomes.add(handle, outcome)?;
        }
        Ok(())
    }

    /// Runs the receivers as [`dispatch`](Self::dispatch) does, in an asynchronous program. No thread waits for an async
    /// receiver or for the event bus.
    pub(super) async fn dispatch_async(
        &'static self,
        definition: &'static EventDefinition,
        event: &(dyn Any + Send + Sync),
        delivery: Delivery<'_>,
        scopes: &Scopes,
        failures: Failures,
    ) -> Result<Responses, ReceiverError> {
        let linked = self.linked(definition).taking(origin(delivery.from_event_bus));
        let mut responses = Responses::default();
        let mut outcomes =
            Outcomes { metadata: delivery.metadata, scopes, failures, responses: &mut responses };
        outcomes.responses.reserve(linked.len());
        for receiver in linked {
            let handle = ReceiverHandle::Linked(receiver.definition());
            let outcome = run_async(&handle, scopes, || receiver.call(event, delivery)).await;
            outcomes.add(handle, outcome)?;
        }
        let event = AnyEvent::new(definition, event, delivery.from_event_bus);
        let own = Held(self.connected.snapshot());
        let any = Held(connect_any::snapshot());
        for callee in in_order(own.items(), any.items()) {
            let handle = callee.handle(definition);
            let outcome = run_async(&handle, scopes, || callee.call(event, delivery)).await;
            outcomes.add(handle, outcome)?;
        }
        if !delivery.from_event_bus
            && self.is_produced()
            && let Some(outlet) = outlet::current()
        {
            let response = outlet.produce_async(event, delivery.metadata.get()).await;
            outcomes.event_bus(event, response)?;
        }
        Ok(responses)
    }
}
