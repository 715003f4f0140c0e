//! Receivers of all linked crates, and the check that none is missing.

use std::{any::TypeId, sync::OnceLock};

use super::events::{is_listed, signals};
use crate::{
    event::EventDefinition,
    receiver::{RECEIVERS, ReceiverDefinition},
};

/// Returns all receivers that `#[receiver]` registered, sorted by event type and then in the order in which they run. A
/// receiver of several events is listed once for each. It leaves out the receivers of the conformance suite for event buses.
///
/// # Panics
///
/// If an event type is defined more than once, as in the other functions of this [module](super).
#[track_caller]
pub fn receivers() -> impl ExactSizeIterator<Item = &'static ReceiverDefinition> {
    static SORTED: OnceLock<Box<[&'static ReceiverDefinition]>> = OnceLock::new();
    signals();
    let receivers = SORTED.get_or_init(|| {
        let receivers = RECEIVERS.iter().map(|receiver| receiver.definition());
        let mut receivers: Vec<_> = receivers.filter(|receiver| is_listed(receiver.event())).collect();
        receivers.sort_by_key(|receiver| (receiver.event().event_type(), receiver.sort_key()));
        receivers.into()
    });
    receivers.iter().copied()
}

impl EventDefinition {
    /// Returns the receivers that the program was linked with, in the order in which they run.
    ///
    /// # Panics
    ///
    /// If an event type is defined more than once, like the functions of the [registry](crate::registry).
    #[track_caller]
    pub fn receivers(&self) -> impl Iterator<Item = &'static ReceiverDefinition> + use<> {
        let event_type = self.event_type();
        receivers().filter(move |receiver| receiver.event().event_type() == event_type)
    }
}

/// Names receivers that the program needs, and panics if one is missing.
///
/// Cargo links a crate only if something in it is used. It silently leaves out a crate of receivers that nothing mentions,
/// and its receivers with it. Naming the receivers here uses their crate. Call it where the program starts, and in a test.
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
/// If one of the functions has no `#[receiver(…)]`. The message names it.
#[macro_export]
macro_rules! expect_receivers {
    ($($receiver:path),+ $(,)?) => {
        $crate::registry::__expect(&[
            $((::core::stringify!($receiver), $crate::registry::__function_id(&$receiver))),+
        ])
    };
}

/// Does the work of [`expect_receivers!`](crate::expect_receivers), with the paths as they were written.
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
