//! Event definitions.

use crate::payload::record::Fields;

/// An event: its data, and what is declared about it.
pub trait Event: Sized + Send + Sync + 'static {}

/// An event that has a wire form.
pub trait WireEvent: Event + Fields {}
