//! The routes of events: the topics that each event type goes to, after its receivers have run.

use std::{
    any::TypeId,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{Producer, envelopes};
use crate::{
    event::{AnyEvent, EventDefinition},
    event_bus::wire::Envelope,
    metadata::EventsMetadata,
    receiver::{ReceiverDefinition, ReceiverError, Traits},
    responses::{ReceiverHandle, Response},
    schema::Location,
    signal::{Outlet, Producing},
};

/// A topic that events of one type go to.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// The topic's full name.
    pub(super) topic: Arc<str>,
    /// The path to the key.
    pub(super) key_field: Option<Arc<str>>,
}

/// A producer with its enabled routes, by event type.
pub(super) struct Router {
    pub(super) producer: Producer,
    pub(super) routes: HashMap<String, Vec<Destination>>,
}

impl Outlet for Router {
    fn takes(&self, definition: &EventDefinition) -> bool {
        self.routes.contains_key(definition.event_type())
    }

    fn produce(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) -> Option<Response> {
        let routes = self.routes.get(event.event_type())?;
        let outcome = prepare(event, metadata, routes)
            .and_then(|envelopes| self.producer.deliver(envelopes).map_err(ReceiverError::new));
        Some(response(event, outcome))
    }

    fn produce_async<'a>(&'a self, event: AnyEvent<'a>, metadata: &'a EventsMetadata) -> Producing<'a> {
        Box::pin(async move {
            let routes = self.routes.get(event.event_type())?;
            let outcome = match prepare(event, metadata, routes) {
                Ok(envelopes) => self.producer.deliver_async(envelopes).await.map_err(ReceiverError::new),
                Err(error) => Err(error),
            };
            Some(response(event, outcome))
        })
    }
}

/// Returns the event's message for each of `routes`.
fn prepare(
    event: AnyEvent<'_>,
    metadata: &EventsMetadata,
    routes: &[Destination],
) -> Result<Vec<Envelope>, ReceiverError> {
    // Encoding can run a user's code.
    let prepared = catch_unwind(AssertUnwindSafe(|| {
        let event_data = event.to_avro().map_err(ReceiverError::permanent)?;
        Ok(envelopes(routes, metadata, event_data))
    }));
    prepared.unwrap_or_else(|payload| {
        let error = ReceiverError::panicked(payload);
        tracing::error!(
            message_id = %metadata.id,
            event_type = event.event_type(),
            error = error.chain(),
            "message not delivered to the event bus"
        );
        Err(error)
    })
}

fn response(event: AnyEvent<'_>, outcome: Result<(), ReceiverError>) -> Response {
    let handle = ReceiverHandle::EventBus(Arc::new(definition(event.definition())));
    Response::new(handle, outcome)
}

/// Returns the definition under which responses name the event bus.
fn definition(event: &'static EventDefinition) -> ReceiverDefinition {
    ReceiverDefinition {
        event,
        name: "event_bus",
        stable_name: None,
        only: None,
        location: Location { module_path: module_path!(), file: file!(), line: line!(), column: column!() },
        order: i32::MAX,
        traits: Traits::default(),
        function: TypeId::of::<Router>,
    }
}
