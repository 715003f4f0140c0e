//! Receivers of all events.

use std::sync::Arc;

use super::{
    connection::{ConnectedAny, Connection, Place, next_id},
    dispatch_list::{DispatchList, Entry, Snapshot},
    incoming::{Call, Callee},
};
use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    receiver::ReceiverReturn,
    responses::ReceiverHandle,
};

static CONNECTED: DispatchList<Arc<ConnectedAny>> = DispatchList::new();

/// Adds a receiver of all events; `registry::connect_any` is its public side.
#[track_caller]
pub(crate) fn connect_any<F, R>(receiver: F) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    let id = next_id();
    let place = Place::of(&receiver);
    let call =
        Box::new(move |event: AnyEvent<'_>, metadata: &EventsMetadata| receiver(event, metadata).outcome());
    CONNECTED.push(id, Arc::new(ConnectedAny { place, call }));
    Connection::new(move || CONNECTED.remove(id))
}

#[inline]
pub(super) fn is_observed() -> bool {
    !CONNECTED.is_empty()
}

pub(super) fn snapshot() -> Option<Snapshot<Arc<ConnectedAny>>> {
    CONNECTED.snapshot()
}

/// Those that there are, as receivers of the event `definition`, with their numbers of connection.
pub(super) fn callees(definition: &'static EventDefinition) -> Vec<(u64, Callee)> {
    let Some(entries) = snapshot() else { return Vec::new() };
    let callee = |entry: &Entry<Arc<ConnectedAny>>| {
        let handle = ReceiverHandle::Connected(Arc::new(entry.value.definition(definition)));
        (entry.id, Callee { handle, call: Call::Any(Arc::clone(&entry.value)) })
    };
    entries.iter().map(callee).collect()
}
