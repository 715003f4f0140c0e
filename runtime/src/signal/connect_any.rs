//! The receivers of all events.

use std::sync::Arc;

use super::{
    connection::{Closure, ConnectedAny, Connection, next_id},
    dispatch_list::{DispatchList, Snapshot},
};
use crate::{event::AnyEvent, metadata::EventsMetadata, receiver::ReceiverReturn};

static CONNECTED: DispatchList<Arc<ConnectedAny>> = DispatchList::new();

/// Connects a receiver of all events. [`registry::connect_any`](crate::registry::connect_any) is the public function.
#[track_caller]
pub(crate) fn connect_any<F, R>(receiver: F) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    let id = next_id();
    let closure = Closure::of(&receiver);
    let call =
        Box::new(move |event: AnyEvent<'_>, metadata: &EventsMetadata| receiver(event, metadata).outcome());
    CONNECTED.push(id, Arc::new(ConnectedAny { closure, call }));
    Connection::new(move || CONNECTED.remove(id))
}

/// Returns whether a receiver of all events is connected.
#[inline]
pub(super) fn is_observed() -> bool {
    !CONNECTED.is_empty()
}

pub(super) fn snapshot() -> Option<Snapshot<Arc<ConnectedAny>>> {
    CONNECTED.snapshot()
}
