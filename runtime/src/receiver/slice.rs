//! What all linked crates contribute, collected by the linker.
//!
//! There is one slice of receivers for the whole program, never one a signal: the names of slices are global
//! to a binary, and two crates could choose the same.

use linkme::distributed_slice;

use super::AnyReceiver;
use crate::event::EventDefinition;

/// Filled by `#[receiver]`.
#[distributed_slice]
pub static RECEIVERS: [&'static dyn AnyReceiver];

/// The receivers of one event, in the order in which they run. Not generic, so that sorting is compiled once
/// and not for each event.
pub(crate) fn receivers_of(event: &'static EventDefinition) -> Vec<&'static dyn AnyReceiver> {
    let of_event = |receiver: &&dyn AnyReceiver| std::ptr::eq(receiver.definition().event, event);
    let mut receivers: Vec<_> = RECEIVERS.iter().copied().filter(of_event).collect();
    receivers.sort_by_key(|receiver| receiver.definition().sort_key());
    receivers
}
