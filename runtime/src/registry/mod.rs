//! All events and receivers of the program, whatever crate defines them.
//!
//! They are there from the start: nothing has to be called to register them. A crate takes part when the
//! program is linked with it, which takes a `use`: see [`expect_receivers!`](crate::expect_receivers).
//!
//! All functions but [`findings`] panic where two definitions of one event type are linked, wherever they are:
//! in two crates, in functions, or in two versions of one crate. The text names the type, the constants, the
//! files and the lines. [`testing::assert_no_findings`](crate::testing::assert_no_findings) is for a test.

mod findings;

use std::{any::TypeId, sync::OnceLock};

#[doc(hidden)]
pub use crate::receiver::function_id as __function_id;
pub(crate) use findings::lines;
pub use findings::{Finding, findings};

use crate::{
    event::{AnyEvent, AnyEventError, EventDefinition},
    metadata::EventsMetadata,
    receiver::{RECEIVERS, ReceiverDefinition, ReceiverReturn},
    responses::Responses,
    signal::{self, AnySignal, Connection, Incoming, SIGNALS},
};

/// All event definitions, by event type.
///
/// ```
/// let types: Vec<&str> = openedx_events::registry::events().map(|event| event.event_type()).collect();
/// assert!(types.contains(&"org.openedx.learning.course.enrollment.created.v1"));
/// ```
///
/// # Panics
///
/// Where an event type is defined more than once, as all of this [module](self) does.
#[must_use]
#[track_caller]
pub fn events() -> impl ExactSizeIterator<Item = &'static EventDefinition> {
    signals().iter().map(|signal| signal.definition())
}

/// The definition of the event type `event_type`.
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
/// Where an event type is defined more than once, as all of this [module](self) does.
#[must_use]
#[track_caller]
pub fn get(event_type: &str) -> Option<&'static EventDefinition> {
    signal(event_type).map(AnySignal::definition)
}

/// Sends the event with the Avro bytes `bytes`, which came from an event bus with `metadata`, to the receivers
/// in this process. The metadata says which event it is.
///
/// # Errors
///
/// Where no event definition has that event type, the event is local only, or the bytes are not that event.
///
/// # Panics
///
/// Where an event type is defined more than once, as all of this [module](self) does.
#[track_caller]
#[allow(clippy::needless_pass_by_value)] // A consumer has no use for it afterwards.
pub fn send_from_event_bus(metadata: EventsMetadata, bytes: &[u8]) -> Result<Responses, AnyEventError> {
    let signal = signal(&metadata.event_type)
        .ok_or_else(|| AnyEventError::UnknownEventType { event_type: metadata.event_type.to_string() })?;
    signal.send_from_event_bus(&metadata, bytes)
}

/// The event with the Avro bytes `bytes`, which came from an event bus with `metadata`, and its receivers.
pub(crate) fn receive(metadata: EventsMetadata, bytes: &[u8]) -> Result<Incoming, AnyEventError> {
    let signal = signal(&metadata.event_type)
        .ok_or_else(|| AnyEventError::UnknownEventType { event_type: metadata.event_type.to_string() })?;
    signal.receive(metadata, bytes)
}

/// Whether events of that type have a receiver in this program; `None` where it does not know the type.
pub(crate) fn type_has_receivers(event_type: &str) -> Option<bool> {
    signal(event_type).map(<dyn AnySignal>::has_receivers)
}

/// Whether any event has a receiver in this program.
pub(crate) fn has_receivers() -> bool {
    signals().iter().any(|signal| signal.has_receivers())
}

#[track_caller]
fn signal(event_type: &str) -> Option<&'static dyn AnySignal> {
    let signals = signals();
    let found = signals.binary_search_by_key(&event_type, |signal| signal.definition().event_type());
    found.ok().map(|index| signals[index])
}

/// Adds a receiver of all events, whatever their type, until the [`Connection`] is dropped.
///
/// It runs among the connected receivers of the event's own signal, in order of connection.
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
/// Where an event type is defined more than once, as all of this [module](self) does.
#[track_caller]
pub fn connect_any<F, R>(receiver: F) -> Connection
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
    R: ReceiverReturn,
{
    signals();
    signal::connect_any(receiver)
}

/// By event type.
#[track_caller]
fn signals() -> &'static [&'static dyn AnySignal] {
    static SORTED: OnceLock<Box<[&'static dyn AnySignal]>> = OnceLock::new();
    if SORTED.get().is_none() {
        // Not where the closure would hide whose call it is.
        findings::assert_no_duplicates();
    }
    SORTED.get_or_init(|| {
        let mut signals = SIGNALS.to_vec();
        signals.sort_by_key(|signal| signal.definition().event_type());
        signals.into()
    })
}

/// All receivers that `#[receiver]` registered, by event type and then in the order in which they run; one
/// that receives several events is there for each.
///
/// # Panics
///
/// Where an event type is defined more than once, as all of this [module](self) does.
#[track_caller]
pub fn receivers() -> impl ExactSizeIterator<Item = &'static ReceiverDefinition> {
    static SORTED: OnceLock<Box<[&'static ReceiverDefinition]>> = OnceLock::new();
    signals();
    let receivers = SORTED.get_or_init(|| {
        let mut receivers: Vec<_> = RECEIVERS.iter().map(|receiver| receiver.definition()).collect();
        receivers.sort_by_key(|receiver| (receiver.event().event_type(), receiver.sort_key()));
        receivers.into()
    });
    receivers.iter().copied()
}

impl EventDefinition {
    /// The receivers that the program was linked with, in the order in which they run.
    ///
    /// # Panics
    ///
    /// Where an event type is defined more than once, as all of the [registry](self) does.
    #[track_caller]
    pub fn receivers(&self) -> impl Iterator<Item = &'static ReceiverDefinition> + use<> {
        let event_type = self.event_type();
        receivers().filter(move |receiver| receiver.event().event_type() == event_type)
    }
}

/// Names receivers that the program cannot do without, and panics if one is missing.
///
/// Cargo links a crate only if something in it is used; a crate of receivers that nothing mentions is left
/// out, without a word, and its receivers with it. Naming them here uses their crate. Call it where the
/// program starts, and in a test.
///
/// ```
/// use openedx_events::{prelude::*, expect_receivers, learning::signals::COURSE_ENROLLMENT_CREATED};
///
/// mod handlers {
///     # use openedx_events::{prelude::*, learning::signals::COURSE_ENROLLMENT_CREATED};
///     #[receiver(COURSE_ENROLLMENT_CREATED)]
///     pub fn notify() {}
/// }
///
/// expect_receivers!(handlers::notify);
/// ```
///
/// # Panics
///
/// When one of the functions is not registered, naming it: it lacks `#[receiver(…)]`.
#[macro_export]
macro_rules! expect_receivers {
    ($($receiver:path),+ $(,)?) => {
        $crate::registry::__expect(&[
            $((::core::stringify!($receiver), $crate::registry::__function_id(&$receiver))),+
        ])
    };
}

/// What [`expect_receivers!`](crate::expect_receivers) calls, with paths as written.
#[doc(hidden)]
#[track_caller]
pub fn __expect(expected: &[(&str, TypeId)]) {
    let registered: Vec<TypeId> = receivers().map(|receiver| (receiver.function)()).collect();
    let missing: Vec<&str> = expected
        .iter()
        .filter(|(_, function)| !registered.contains(function))
        .map(|(path, _)| *path)
        .collect();
    assert!(
        missing.is_empty(),
        "not registered as receivers: `{}`\nhelp: put `#[receiver(THE_SIGNAL)]` on each",
        missing.join("`, `")
    );
}
