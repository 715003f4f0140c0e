//! Events by their type.

use std::{cell::Cell, sync::OnceLock};

use super::findings;
use crate::{
    avro::BoxError,
    event::{AnyEventError, EventDefinition},
    former,
    metadata::EventsMetadata,
    receiver::BatchReceiver,
    responses::Responses,
    signal::{AnySignal, Incoming, SIGNALS},
};

/// Returns all event definitions, sorted by event type. It leaves out the events of the conformance suite for event buses,
/// which [`get`] finds.
///
/// ```
/// let types: Vec<&str> = openedx_events::registry::events().map(|event| event.event_type()).collect();
/// assert!(types.contains(&"org.openedx.learning.course.enrollment.created.v1"));
/// ```
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[must_use]
#[track_caller]
pub fn events() -> impl ExactSizeIterator<Item = &'static EventDefinition> {
    static LISTED: OnceLock<Box<[&'static EventDefinition]>> = OnceLock::new();
    let definitions = signals().iter().map(|signal| signal.definition());
    LISTED.get_or_init(|| definitions.filter(|event| is_listed(event)).collect()).iter().copied()
}

/// Returns whether lists and checks of contracts contain the event. They leave out the events of the conformance suite,
/// which no program defines.
pub(super) fn is_listed(event: &EventDefinition) -> bool {
    !event.module_path().starts_with(concat!(env!("CARGO_CRATE_NAME"), "::conformance::"))
}

/// Returns the definition of the event type `event_type`.
///
/// ```
/// use openedx_events::registry;
///
/// let event = registry::get("org.openedx.learning.course.enrollment.created.v1").unwrap();
/// assert_eq!(event.name(), "COURSE_ENROLLMENT_CREATED");
/// assert!(registry::get("org.openedx.learning.nothing.happened.v1").is_none());
/// ```
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[must_use]
#[track_caller]
pub fn get(event_type: &str) -> Option<&'static EventDefinition> {
    find(event_type).map(AnySignal::definition)
}

/// Sends the event with the Avro bytes `bytes`, which came from an event bus with `metadata`, to the receivers in this
/// process. The metadata says which event it is.
///
/// # Errors
///
/// If no event definition has that event type, if the event is local only, or if the bytes do not encode that event.
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[track_caller]
#[allow(clippy::needless_pass_by_value)] // A consumer does not use it afterwards.
pub fn send_from_event_bus(metadata: EventsMetadata, bytes: &[u8]) -> Result<Responses, AnyEventError> {
    known(&metadata.event_type)?.dispatch_from_event_bus(&metadata, bytes)
}

/// Does the same as [`send_from_event_bus`], from asynchronous code: the receivers run when the returned future is polled. Everything
/// else is as for [`send_event_async`](crate::Signal::send_event_async).
///
/// # Errors
///
/// The same as for [`send_from_event_bus`], before the future exists.
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[track_caller]
pub fn send_from_event_bus_async(
    metadata: EventsMetadata,
    bytes: &[u8],
) -> Result<impl Future<Output = Responses> + Send + use<>, AnyEventError> {
    known(&metadata.event_type)?.dispatch_from_event_bus_async(metadata, bytes)
}

/// Decodes the event with the Avro bytes `bytes`, which came from an event bus with `metadata`, and finds its receivers.
pub(crate) fn receive(metadata: EventsMetadata, bytes: &[u8]) -> Result<Incoming, BoxError> {
    let signal = known(&metadata.event_type)?;
    let event = signal.definition().decode(bytes);
    let event = event.map_err(|error| former::explain(signal.definition(), &metadata.sourcelib, error))?;
    Ok(signal.incoming(event, metadata))
}

/// Returns whether events of that type have a receiver in this program, or `None` if the program does not know the type.
pub(crate) fn type_has_receivers(event_type: &str) -> Option<bool> {
    find(event_type).map(<dyn AnySignal>::has_receivers)
}

/// Returns whether events of that type have batch receivers and no others.
pub(crate) fn has_only_batches(event_type: &str) -> bool {
    find(event_type).is_some_and(|signal| signal.receivers().are_only_batches(signal.definition()))
}

/// Returns the batch receivers of events of that type.
pub(crate) fn batch_receivers(event_type: &str) -> Vec<BatchReceiver> {
    find(event_type).map(|signal| signal.receivers().batches(signal.definition())).unwrap_or_default()
}

/// Returns whether any event has a receiver in this program. Receivers that the conformance suite links do not count.
pub(crate) fn has_receivers() -> bool {
    let counts = |signal: &'static dyn AnySignal| {
        (is_listed(signal.definition()) || signal.has_connected_receivers()) && signal.has_receivers()
    };
    signals().iter().copied().any(counts)
}

/// Returns whether an event of one of these types, or of any type if `only` is empty, has an async receiver in this program.
/// Receivers that the conformance suite links do not count.
pub(crate) fn has_async_receivers(only: &[String]) -> bool {
    let counts = |signal: &'static dyn AnySignal| {
        let definition = signal.definition();
        (is_listed(definition) || signal.has_connected_receivers())
            && (only.is_empty() || only.iter().any(|one| one == definition.event_type()))
            && signal.receivers().have_async(definition)
    };
    signals().iter().copied().any(counts)
}

/// Returns whether a receiver of any event has this name, connected ones included.
#[cfg(feature = "cli")]
pub(crate) fn has_receiver_called(name: &str) -> bool {
    signals().iter().any(|signal| signal.receivers().has(signal.definition(), name))
}

/// Returns the signal of the event type.
#[track_caller]
pub(super) fn known(event_type: &str) -> Result<&'static dyn AnySignal, AnyEventError> {
    find(event_type).ok_or_else(|| AnyEventError::UnknownEventType { event_type: event_type.to_owned() })
}

#[track_caller]
fn find(event_type: &str) -> Option<&'static dyn AnySignal> {
    thread_local! {
        /// The result of the last call. The messages of a topic often have one type.
        static LAST: Cell<Option<&'static dyn AnySignal>> = const { Cell::new(None) };
    }
    let last = LAST.get().filter(|signal| signal.definition().event_type() == event_type);
    last.or_else(|| {
        let signals = signals();
        let found = signals.binary_search_by_key(&event_type, |signal| signal.definition().event_type());
        let found = found.ok().map(|index| signals[index]);
        LAST.set(found);
        found
    })
}

/// Returns all signals, sorted by event type.
#[track_caller]
pub(super) fn signals() -> &'static [&'static dyn AnySignal] {
    static SORTED: OnceLock<Box<[&'static dyn AnySignal]>> = OnceLock::new();
    if SORTED.get().is_none() {
        // Called outside of the closure, which would hide the caller's location from the panic.
        findings::assert_no_duplicates();
    }
    SORTED.get_or_init(|| {
        let mut signals = SIGNALS.to_vec();
        signals.sort_by_key(|signal| signal.definition().event_type());
        signals.into()
    })
}
