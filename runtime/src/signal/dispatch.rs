//! Runs the receivers of one event.

use std::any::Any;

use super::{
    connect_any,
    dispatch_list::{Item, Snapshot},
    outlet,
    receivers::{Receivers, in_order, items},
};
use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    receiver::{Delivery, EventOrigin, ReceiverError, drop_guarded, log_failure, run},
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
    metadata: &'a EventsMetadata,
    scopes: &'a Scopes,
    failures: Failures,
    responses: Responses,
}

impl Outcomes<'_> {
    #[track_caller]
    fn receiver(
        &mut self,
        handle: ReceiverHandle,
        call: impl FnOnce() -> Result<(), ReceiverError>,
    ) -> Result<(), ReceiverError> {
        let Some(run) = run(&handle, self.scopes, None, call) else { return Ok(()) };
        if let Err(error) = run.result {
            self.failed(handle, error)
        } else {
            self.responses.push(Response::new(handle, Ok(())));
            Ok(())
        }
    }

    #[cold]
    #[track_caller]
    fn failed(&mut self, handle: ReceiverHandle, error: ReceiverError) -> Result<(), ReceiverError> {
        match self.failures {
            Failures::Return => Err(error),
            Failures::Log => {
                assert!(!self.scopes.are_strict(), "receiver `{}` failed: {}", &*handle, error.chain());
                log_failure(&handle, &error, self.metadata, None, None);
                self.responses.push(Response::new(handle, Err(error)));
                Ok(())
            }
        }
    }

    /// Adds the response of the event bus. Logs no error, because the event bus has logged it with the topic.
    #[track_caller]
    fn event_bus(&mut self, event: AnyEvent<'_>) -> Result<(), ReceiverError> {
        let Some(response) = outlet::current().and_then(|outlet| outlet.produce(event, self.metadata)) else {
            return Ok(());
        };
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
        let origin = if delivery.from_event_bus { EventOrigin::Bus } else { EventOrigin::Process };
        let linked = self.linked(definition).taking(origin);
        let own = Held(self.connected.snapshot());
        let any = Held(connect_any::snapshot());

        let responses = Responses::with_capacity(linked.len() + own.items().len() + any.items().len());
        let mut outcomes = Outcomes { metadata: delivery.metadata, scopes, failures, responses };
        for receiver in linked {
            let handle = ReceiverHandle::Linked(receiver.definition());
            outcomes.receiver(handle, || receiver.call(event, delivery))?;
        }
        let event = AnyEvent::new(definition, event, delivery.from_event_bus);
        for callee in in_order(own.items(), any.items()) {
            outcomes.receiver(callee.handle(definition), || callee.call(event, delivery))?;
        }
        if !delivery.from_event_bus && self.is_produced() {
            outcomes.event_bus(event)?;
        }
        Ok(outcomes.responses)
    }
}
