//! What all linked crates contribute, collected by the linker.
//!
//! There is one slice of receivers for the whole program, never one a signal: the names of slices are global
//! to a binary, and two crates could choose the same.

use linkme::distributed_slice;

use super::AnyReceiver;

/// Filled by `#[receiver]`.
#[distributed_slice]
pub static RECEIVERS: [&'static dyn AnyReceiver];
