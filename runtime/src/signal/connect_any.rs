//! Receivers that do not know the type of their events: receivers of all events, and of one event type.

use std::sync::Arc;

use super::{
    any_signal::AnySignal,
    connection::{Closure, Connected, ConnectedList, Connection},
    dispatch_list::{DispatchList, Snapshot},
};
use crate::{
    event::AnyEvent,
    metadata::EventsMetadata,
    receiver::{ReceiverDefinition, ReceiverReturn},
};

static CONNECTED: ConnectedList = DispatchList::new();

/// Connects a receiver of all events. [`registry::connect_any`](crate::registry::connect_any) is the public function.
pub(crate) fn connect_any<F, R>(closure: Closure, receiver: F) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    connected(closure, None, receiver).connect(&CONNECTED)
}

/// Connects a receiver of the events of one signal, whose type it does not know.
/// [`registry::connect`](crate::registry::connect) is the public function.
pub(crate) fn connect_untyped<F, R>(
    signal: &'static dyn AnySignal,
    closure: Closure,
    receiver: F,
) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    signal.receivers().warn_of_repeated_name(signal.definition(), &closure);
    let definition = Arc::new(closure.definition(signal.definition()));
    connected(closure, Some(definition), receiver).connect(&signal.receivers().connected)
}

fn connected<F, R>(closure: Closure, definition: Option<Arc<ReceiverDefinition>>, receiver: F) -> Connected
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    let call =
        Box::new(move |event: AnyEvent<'_>, metadata: &EventsMetadata| receiver(event, metadata).outcome());
    Connected { closure, definition, call }
}

/// Returns whether a receiver of all events is connected.
#[inline]
pub(super) fn is_observed() -> bool {
    !CONNECTED.is_empty()
}

pub(super) fn snapshot() -> Option<Snapshot<Arc<Connected>>> {
    CONNECTED.snapshot()
}
