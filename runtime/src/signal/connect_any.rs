//! The receivers of all events.

use std::sync::Arc;

use super::{
    connection::{Connected, ConnectedList, Connection, Untyped},
    dispatch_list::{DispatchList, Snapshot},
};
static CONNECTED: ConnectedList = DispatchList::new();

/// Connects a receiver of all events. [`registry::connect_any`](crate::registry::connect_any) is the public function.
pub(crate) fn connect_any(receiver: Untyped) -> Connection {
    let Untyped { closure, function } = receiver;
    Connected { closure, definition: None, function }.connect(&CONNECTED)
}

/// Returns whether a receiver of all events is connected.
#[inline]
pub(super) fn is_observed() -> bool {
    !CONNECTED.is_empty()
}

pub(super) fn snapshot() -> Option<Snapshot<Arc<Connected>>> {
    CONNECTED.snapshot()
}
