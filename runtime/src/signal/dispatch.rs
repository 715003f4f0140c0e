//! Runs the receivers of one event: on the sender's thread, or in a future.

use std::any::Any;

use super::{
    connect_any,
    dispatch_list::{Item, Snapshot},
    outlet,
    receivers::{Receivers, in_order, items},
};
use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::LazyMetadata,
    receiver::{Delivery, EventOrigin, ReceiverError, Run, drop_guarded, log_failure, run, run_async},
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
    metadata: &'a LazyMetadata,
    scopes: &'a Scopes,
    failures: Failures,
    responses: Responses,
}

impl Outcomes<'_> {
    /// Adds the response of a receiver, unless it was muted.
    #[inline]
    #[track_caller]
    fn add(&mut self, handle: ReceiverHandle, run: Option<Run>) -> Result<(), ReceiverError> {
        match run {
            None => Ok(()),
            Some(Run { result: Ok(()), .. }) => {
                self.responses.push(Response::new(handle, Ok(())));
                Ok(())
            }
            Some(Run { result: Err(error), .. }) => self.failed(handle, error),
        }
    }

    #[cold]
    #[track_caller]
    fn failed(&mut self, handle: ReceiverHandle, error: ReceiverError) -> Result<(), ReceiverError> {
        match self.failures {
            Failures::Return => Err(error),
            Failures::Log => {
                assert!(!self.scopes.are_strict(), "receiver `{}` failed: {}", &*handle, error.chain());
                log_failure(&handle, &error, self.metadata.get(), None, None);
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
    /// Runs the receivers for an event of the type `definition`. It is one function for all types of events, so that it is
    /// compiled once and not for each of them.
    #[track_caller]
    pub(super) fn dispatch(
        &'static self,
        definition: &'static EventDefinition,
        event: &(dyn Any + Send + Sync),
        delivery: Delivery<'_>,
        scopes: &Scopes,
        failures: Failures,
    ) -> Result<Responses, ReceiverError> {
        let linked = self.linked(definition).taking(origin(delivery.from_event_bus));
        let own = Held(self.connected.snapshot());
        let any = Held(connect_any::snapshot());

        let responses = Responses::with_capacity(linked.len() + own.items().len() + any.items().len());
        let mut outcomes = Outcomes { metadata: delivery.metadata, scopes, failures, responses };
        for receiver in linked {
            let handle = ReceiverHandle::Linked(receiver.definition());
            let run = run(&handle, scopes, None, None, || receiver.call(event, delivery));
            outcomes.add(handle, run)?;
        }
        let event = AnyEvent::new(definition, event, delivery.from_event_bus);
        for callee in in_order(own.items(), any.items()) {
            let handle = callee.handle(definition);
            let run = run(&handle, scopes, None, None, || callee.call(event, delivery));
            outcomes.add(handle, run)?;
        }
        if !delivery.from_event_bus
            && self.is_produced()
            && let Some(outlet) = outlet::current()
        {
            let response = outlet.produce(event, delivery.metadata.get());
            outcomes.event_bus(event, response)?;
        }
        Ok(outcomes.responses)
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
        let own = Held(self.connected.snapshot());
        let any = Held(connect_any::snapshot());

        let responses = Responses::with_capacity(linked.len() + own.items().len() + any.items().len());
        let mut outcomes = Outcomes { metadata: delivery.metadata, scopes, failures, responses };
        for receiver in linked {
            let handle = ReceiverHandle::Linked(receiver.definition());
            let run = run_async(&handle, scopes, || receiver.call(event, delivery)).await;
            outcomes.add(handle, run)?;
        }
        let event = AnyEvent::new(definition, event, delivery.from_event_bus);
        for callee in in_order(own.items(), any.items()) {
            let handle = callee.handle(definition);
            let run = run_async(&handle, scopes, || callee.call(event, delivery)).await;
            outcomes.add(handle, run)?;
        }
        if !delivery.from_event_bus
            && self.is_produced()
            && let Some(outlet) = outlet::current()
        {
            let response = outlet.produce_async(event, delivery.metadata.get()).await;
            outcomes.event_bus(event, response)?;
        }
        Ok(outcomes.responses)
    }
}
