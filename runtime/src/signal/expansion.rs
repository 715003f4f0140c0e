//! Functions that expansions of `#[receiver]` call.

use super::Signal;
use crate::{
    event::Event,
    receiver::{BatchEvent, BatchReceivers},
    schema::text_eq,
};

/// Returns the signal. Because of the parameter's type, the compiler says "expected `&Signal<_>`" at what the user wrote in
/// `#[receiver(…)]`.
pub const fn signal<E: Event>(signal: &'static Signal<E>) -> &'static Signal<E> {
    signal
}

/// Returns the maker of a signal's batch receivers. The compiler reports a signal whose events never come in batches at what the
/// user wrote.
#[must_use]
pub const fn batches<E: BatchEvent>(_: &'static Signal<E>) -> BatchReceivers<E> {
    BatchReceivers::new()
}

/// Returns the event type of a signal's events.
#[must_use]
pub const fn event_type<E: Event>(_: &Signal<E>) -> &'static str {
    E::DEFINITION.event_type()
}

/// Refuses a receiver of events from an event bus if the event never goes there.
///
/// # Panics
///
/// If the event is local only. Expansions call this in a constant, so it is a compile error.
#[track_caller]
pub const fn assert_not_local<E: Event>(_: &Signal<E>, message: &'static str) {
    assert!(E::DEFINITION.local_only().is_none(), "{}", message);
}

/// Refuses a receiver that names one signal twice: at `index`, and before it under another name.
///
/// # Panics
///
/// If the event type at `index` is also at a lower index. Expansions call this in a constant, so it is a compile error.
#[track_caller]
pub const fn assert_distinct(event_types: &[&str], index: usize, message: &'static str) {
    let mut before = 0;
    while before < index {
        assert!(!text_eq(event_types[before], event_types[index]), "{}", message);
        before += 1;
    }
}
