//! From the signal to the bus: events with an enabled route leave the process after their receivers have run.

use std::{
    any::TypeId,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::Producer;
use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    receiver::{ReceiverDefinition, ReceiverError},
    responses::{ReceiverHandle, Response},
    schema::Location,
    signal::Outlet,
};

/// Where events of one type go.
#[derive(Clone, Debug)]
pub(in crate::event_bus) struct Route {
    /// The topic's full name.
    pub(in crate::event_bus) topic: Arc<str>,
    /// The path to the key.
    pub(in crate::event_bus) key_field: Option<String>,
}

/// The enabled routes, by event type.
pub(in crate::event_bus) type Routes = HashMap<String, Vec<Route>>;

/// Produces events by their routes.
pub(in crate::event_bus) struct Routed {
    pub(in crate::event_bus) producer: Producer,
    pub(in crate::event_bus) routes: Routes,
}

impl Outlet for Routed {
    fn produce(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) -> Option<Response> {
        let routes = self.routes.get(event.event_type())?;
        // How the data is written can be a user's code.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let event_data = event.to_avro().map_err(ReceiverError::permanent)?;
            self.producer.send_to(routes, metadata, event_data).map_err(ReceiverError::new)
        }));
        let outcome = outcome.unwrap_or_else(|payload| {
            let error = ReceiverError::panicked(payload);
            tracing::error!(
                message_id = %metadata.id,
                event_type = event.event_type(),
                error = error.chain(),
                "message not delivered to the event bus"
            );
            Err(error)
        });
        let handle = ReceiverHandle::EventBus(Arc::new(definition(event.definition())));
        Some(Response::new(handle, outcome))
    }
}

/// The bus, as the receiver that the responses name.
fn definition(event: &'static EventDefinition) -> ReceiverDefinition {
    ReceiverDefinition {
        event,
        name: "event_bus",
        location: Location { module_path: module_path!(), file: file!(), line: line!(), column: column!() },
        order: i32::MAX,
        function: TypeId::of::<Routed>,
    }
}
