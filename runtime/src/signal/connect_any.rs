//! The receivers of all events.

use std::sync::Arc;

use super::{
    connection::{Closure, Connected, ConnectedList, Connection},
    dispatch_list::{DispatchList, Snapshot},
};
use crate::{event::AnyEvent, metadata::EventsMetadata, receiver::ReceiverReturn};

static CONNECTED: ConnectedList = DispatchList::new();

/// Connects a receiver of all events. [`registry::connect_any`](crate::registry::connect_any) is the public function.
pub(crate) fn connect_any<F, R>(closure: Closure, receiver: F) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    Connected::untyped(closure, None, receiver).connect(&CONNECTED)
}

/// Returns whether a receiver of all events is connected.
#[inline]
pub(super) fn is_observed() -> bool {
    !CONNECTED.is_empty()
}

pub(super) fn snapshot() -> Option<Snapshot<Arc<Connected>>> {
    CONNECTED.snapshot()
}
