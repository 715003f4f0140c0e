//! Connecting async receivers that do not know the Rust type of their events.

use super::events::{known, signals};
use crate::{
    event::{AnyEvent, AnyEventError},
    metadata::EventsMetadata,
    receiver::ReceiverReturn,
    signal::{AsyncAnyReceiver, Closure, Connection, Untyped, connect_any as connect_to_all},
};

/// Connects an async receiver of the events of type `event_type`, which borrows `state`, as [`connect`](super::connect) does.
///
/// ```
/// use openedx_events::{prelude::*, registry};
///
/// # struct Client;
/// # impl Client { async fn post(&self, _: String) -> Result<(), String> { Ok(()) } }
/// let connection = registry::connect_async_with(
///     "org.openedx.learning.course.enrollment.created.v1",
///     Client,
///     async |client, event, _| {
///         let json = event.to_json().map_err(ReceiverError::permanent)?;
///         client.post(json).await.map_err(ReceiverError::unavailable)
///     },
/// )?;
/// # drop(connection);
/// # Ok::<(), openedx_events::AnyEventError>(())
/// ```
///
/// # Errors
///
/// If no event definition in the program has that event type.
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[track_caller]
pub fn connect_async_with<S, F, R>(
    event_type: &str,
    state: S,
    receiver: F,
) -> Result<Connection, AnyEventError>
where
    S: Send + Sync + 'static,
    F: AsyncFn(&S, AnyEvent<'_>, &EventsMetadata) -> R
        + for<'a> AsyncAnyReceiver<'a, S, Returned = R>
        + Send
        + Sync
        + 'static,
    R: ReceiverReturn + 'static,
{
    Ok(known(event_type)?.connect_untyped(Untyped::asynchronous(Closure::of(&receiver), state, receiver)))
}

/// Does the same as [`connect_async_with`], under a stable name, which logs and dead letters use as in
/// [`Signal::connect_named`](crate::Signal::connect_named).
///
/// # Errors
///
/// If no event definition in the program has that event type.
///
/// # Panics
///
/// If the name is empty or contains characters other than letters, digits, `_`, `-`, `.`, `:` and `/`, or if an event type is
/// defined more than once.
#[track_caller]
pub fn connect_named_async_with<S, F, R>(
    event_type: &str,
    name: &'static str,
    state: S,
    receiver: F,
) -> Result<Connection, AnyEventError>
where
    S: Send + Sync + 'static,
    F: AsyncFn(&S, AnyEvent<'_>, &EventsMetadata) -> R
        + for<'a> AsyncAnyReceiver<'a, S, Returned = R>
        + Send
        + Sync
        + 'static,
    R: ReceiverReturn + 'static,
{
    let closure = Closure::of(&receiver).named(name);
    Ok(known(event_type)?.connect_untyped(Untyped::asynchronous(closure, state, receiver)))
}

/// Connects an async receiver of all events, whatever their type, which borrows `state`, as [`connect_any`](super::connect_any) does.
///
/// ```
/// use std::sync::Mutex;
///
/// use openedx_events::registry;
///
/// let connection = registry::connect_any_async_with(Mutex::new(Vec::new()), async |seen, event, _| {
///     seen.lock().unwrap().push(event.event_type());
/// });
/// # drop(connection);
/// ```
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[track_caller]
pub fn connect_any_async_with<S, F, R>(state: S, receiver: F) -> Connection
where
    S: Send + Sync + 'static,
    F: AsyncFn(&S, AnyEvent<'_>, &EventsMetadata) -> R
        + for<'a> AsyncAnyReceiver<'a, S, Returned = R>
        + Send
        + Sync
        + 'static,
    R: ReceiverReturn + 'static,
{
    signals();
    connect_to_all(Untyped::asynchronous(Closure::of(&receiver), state, receiver))
}

/// Does the same as [`connect_any_async_with`], under a stable name, which logs and dead letters use as in
/// [`Signal::connect_named`](crate::Signal::connect_named).
///
/// # Panics
///
/// If the name is empty or contains characters other than letters, digits, `_`, `-`, `.`, `:` and `/`, or if an event type is
/// defined more than once.
#[track_caller]
pub fn connect_any_named_async_with<S, F, R>(name: &'static str, state: S, receiver: F) -> Connection
where
    S: Send + Sync + 'static,
    F: AsyncFn(&S, AnyEvent<'_>, &EventsMetadata) -> R
        + for<'a> AsyncAnyReceiver<'a, S, Returned = R>
        + Send
        + Sync
        + 'static,
    R: ReceiverReturn + 'static,
{
    signals();
    connect_to_all(Untyped::asynchronous(Closure::of(&receiver).named(name), state, receiver))
}
