//! Receivers, connected at run time, that do not know the Rust type of their events.

use super::events::{known, signals};
use crate::{
    event::{AnyEvent, AnyEventError},
    metadata::EventsMetadata,
    receiver::ReceiverReturn,
    signal::{Closure, Connection, Untyped, connect_any as connect_to_all},
};

/// Connects a receiver of the events of type `event_type`, until the [`Connection`] is dropped.
///
/// A program that forwards events of several types connects a closure to each, so that a consumer, `check` and `send_event`
/// know which events it receives. [`connect_any`] receives all of them.
///
/// It runs among the connected receivers of the event's own signal, in order of connection.
///
/// ```
/// use openedx_events::registry;
///
/// let forwarded =
///     ["org.openedx.learning.course.enrollment.created.v1", "org.openedx.learning.student.registration.completed.v1"];
/// let connections = forwarded
///     .into_iter()
///     .map(|event_type| {
///         registry::connect(event_type, |event, metadata| {
///             println!("{} {}", metadata.id, event.to_json()?);
///             Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
///         })
///     })
///     .collect::<Result<Vec<_>, _>>()?;
/// # drop(connections);
/// assert!(registry::connect("org.openedx.learning.nothing.happened.v1", |_, _| ()).is_err());
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
pub fn connect<F, R>(event_type: &str, receiver: F) -> Result<Connection, AnyEventError>
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    Ok(known(event_type)?.connect_untyped(Untyped::new(Closure::of(&receiver), receiver)))
}

/// Does the same as [`connect`], under a stable name, which logs and dead letters use as in
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
pub fn connect_named<F, R>(
    event_type: &str,
    name: &'static str,
    receiver: F,
) -> Result<Connection, AnyEventError>
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    let closure = Closure::of(&receiver).named(name);
    Ok(known(event_type)?.connect_untyped(Untyped::new(closure, receiver)))
}

/// Connects a receiver of all events, whatever their type, until the [`Connection`] is dropped.
///
/// It runs among the connected receivers of the event's own signal, in order of connection. For some event types, use
/// [`connect`].
///
/// ```
/// use openedx_events::registry;
///
/// let connection = registry::connect_any(|event, metadata| {
///     println!("{} {}", metadata.id, event.event_type());
/// });
/// # drop(connection);
/// ```
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[track_caller]
pub fn connect_any<F, R>(receiver: F) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    signals();
    connect_to_all(Untyped::new(Closure::of(&receiver), receiver))
}

/// Does the same as [`connect_any`], under a stable name, which logs and dead letters use as in
/// [`Signal::connect_named`](crate::Signal::connect_named).
///
/// # Panics
///
/// If the name is empty or contains characters other than letters, digits, `_`, `-`, `.`, `:` and `/`, or if an event type is
/// defined more than once.
#[track_caller]
pub fn connect_any_named<F, R>(name: &'static str, receiver: F) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    signals();
    connect_to_all(Untyped::new(Closure::of(&receiver).named(name), receiver))
}
