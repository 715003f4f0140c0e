//! Sending from asynchronous code.

use std::sync::Arc;

use super::{AnySignal, Signal, dispatch::Failures, receivers::Receivers};
use crate::{
    date_time::DateTime,
    event::{AnyEventError, Event, EventDefinition, SharedEvent},
    metadata::{EventsMetadata, LazyMetadata},
    receiver::{Delivery, ReceiverError},
    responses::Responses,
    scope::{self, Scopes},
};

impl<E: Event> Signal<E> {
    /// Sends an event as [`send_event`](Self::send_event) does, from asynchronous code, on any executor. No thread waits for an
    /// async receiver or for the event bus.
    ///
    /// Receivers run one after the other, in the same order as in `send_event`. Synchronous ones run on the thread that polls the
    /// future. If the event bus waits for its broker, a thread of the producer does the waiting, and the future ends when the
    /// broker has confirmed the event.
    ///
    /// The event gets its metadata when this is called; receivers run when the future is polled.
    ///
    /// ```
    /// use openedx_events::learning::{data::*, signals::{SESSION_LOGIN_COMPLETED, SessionLoginCompleted}};
    ///
    /// async fn log_in(user: UserData) {
    ///     SESSION_LOGIN_COMPLETED.send_event_async(SessionLoginCompleted { user }).await;
    /// }
    /// ```
    ///
    /// # Cancellation
    ///
    /// If the future is dropped, the receiver that runs is dropped with it, and the receivers and the bus after it do not get the
    /// event. An event that was handed to the bus is delivered. A web server drops the future of a request when its client
    /// disconnects: to be independent of the client, spawn the send as a task of its own.
    pub fn send_event_async(&'static self, event: E) -> impl Future<Output = Responses> + Send + use<E> {
        let sending = self.sending_now(event, None);
        async move { send_all(sending).await }
    }

    /// Sends an event as [`send_event_async`](Self::send_event_async) does, for something that happened at `time`; see
    /// [`send_event_at`](Self::send_event_at).
    pub fn send_event_at_async(
        &'static self,
        event: E,
        time: DateTime,
    ) -> impl Future<Output = Responses> + Send + use<E> {
        let sending = self.sending_now(event, Some(time));
        async move { send_all(sending).await }
    }

    /// Sends an event to the receivers until one fails, as [`try_send_event`](Self::try_send_event) does, from asynchronous
    /// code. Everything else is as for [`send_event_async`](Self::send_event_async).
    ///
    /// # Errors
    ///
    /// If a receiver or the event bus fails, returns its error.
    pub fn try_send_event_async(
        &'static self,
        event: E,
    ) -> impl Future<Output = Result<Responses, ReceiverError>> + Send + use<E> {
        let sending = self.sending_now(event, None);
        async move {
            match sending {
                Some(sending) => sending.send(Failures::Return).await,
                None => Ok(Responses::default()),
            }
        }
    }

    /// Sends an event that came from an event bus with `metadata`, as
    /// [`send_event_with_custom_metadata`](Self::send_event_with_custom_metadata) does, from asynchronous code.
    pub fn send_event_with_custom_metadata_async(
        &'static self,
        metadata: EventsMetadata,
        event: E,
    ) -> impl Future<Output = Responses> + Send + use<E> {
        let sending = self.sending(event, Metadata::Given(metadata), true);
        async move { send_all(Some(sending)).await }
    }

    /// Returns the send of an event from this process, or `None` if nothing observes it.
    fn sending_now(&'static self, event: E, time: Option<DateTime>) -> Option<Sending> {
        if self.is_unobserved() {
            return None;
        }
        // A scope may collect it.
        let is_asked = self.receivers.ask_for_metadata(E::DEFINITION) || scope::is_active();
        let metadata = if is_asked {
            Metadata::Given(EventsMetadata::sent(E::DEFINITION, time))
        } else {
            Metadata::Later(time)
        };
        Some(self.sending(event, metadata, false))
    }

    fn sending(&'static self, event: E, metadata: Metadata, from_event_bus: bool) -> Sending {
        Sending {
            receivers: &self.receivers,
            definition: E::DEFINITION,
            event: (E::ERASURE.erase)(Arc::new(event)),
            metadata,
            from_event_bus,
            scopes: Scopes::current(),
        }
    }
}

impl dyn AnySignal {
    /// Decodes the event with the Avro bytes `bytes`, which came from an event bus. Returns the run of its receivers.
    pub(crate) fn dispatch_from_event_bus_async(
        &'static self,
        metadata: EventsMetadata,
        bytes: &[u8],
    ) -> Result<impl Future<Output = Responses> + Send + use<>, AnyEventError> {
        let definition = self.definition();
        let sending = Sending {
            receivers: self.receivers(),
            definition,
            event: definition.decode(bytes)?,
            metadata: Metadata::Given(metadata),
            from_event_bus: true,
            scopes: Scopes::current(),
        };
        Ok(send_all(Some(sending)))
    }
}

async fn send_all(sending: Option<Sending>) -> Responses {
    match sending {
        // Only `Failures::Return` returns an error.
        Some(sending) => sending.send(Failures::Log).await.unwrap_or_default(),
        None => Responses::default(),
    }
}

/// The metadata of an event that is being sent.
enum Metadata {
    Given(EventsMetadata),
    /// It is made if something asks. The event happened at this time, or when it was sent.
    Later(Option<DateTime>),
}

/// An event that is being sent, and the scopes of its sender, which apply wherever the future is polled.
struct Sending {
    receivers: &'static Receivers,
    definition: &'static EventDefinition,
    event: SharedEvent,
    metadata: Metadata,
    from_event_bus: bool,
    scopes: Scopes,
}

impl Sending {
    async fn send(self, failures: Failures) -> Result<Responses, ReceiverError> {
        let scopes = self.scopes.clone();
        if scopes.is_empty() {
            return self.dispatch(failures).await;
        }
        scopes.wrap(self.dispatch(failures)).await
    }

    async fn dispatch(self, failures: Failures) -> Result<Responses, ReceiverError> {
        let Self { receivers, definition, event, metadata, from_event_bus, scopes } = self;
        if scope::is_active() {
            scope::note_missed(definition, &scopes);
        }
        let lazy = match &metadata {
            Metadata::Given(metadata) => {
                scopes.captured(definition, &event, metadata);
                LazyMetadata::given(definition, metadata)
            }
            Metadata::Later(time) => LazyMetadata::later(definition, *time),
        };
        let delivery = Delivery { metadata: &lazy, from_event_bus };
        receivers.dispatch_async(definition, &*event, delivery, &scopes, failures).await
    }
}
