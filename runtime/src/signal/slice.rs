//! What all linked crates contribute, collected by the linker.

use linkme::distributed_slice;

use super::AnySignal;

/// Filled by `#[event]`.
#[distributed_slice]
pub static SIGNALS: [&'static dyn AnySignal];
