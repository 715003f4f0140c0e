//! Waiting for futures on a thread that has work of its own: async receivers of a synchronous send, and of consumers.
//!
//! This folder knows nothing of events. With the feature `tokio`, it finds the runtime whose timers and sockets a future
//! needs.

mod block_on;
mod blocking;
pub(crate) mod clock;
#[cfg(not(feature = "tokio"))]
mod no_runtime;
mod park;
#[cfg(feature = "tokio")]
mod runtime;

pub use block_on::block_on;
pub(crate) use blocking::blocking;
#[cfg(not(feature = "tokio"))]
pub(crate) use no_runtime::{Remembered, Runtime, drive};
use park::park;
#[cfg(feature = "tokio")]
pub use runtime::set_runtime;
#[cfg(feature = "tokio")]
pub(crate) use runtime::{Remembered, Runtime, drive};

/// Why a future was not driven to its end.
#[cfg_attr(not(feature = "tokio"), allow(dead_code))] // Only a runtime's thread can stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDriven {
    /// The thread is the only one of its runtime, so the future might never see its timer or socket.
    CurrentThread,
    /// The future's time was over, or some seconds for one without a limit, and the thread of its runtime has done nothing meanwhile.
    Stalled,
    /// The future's time was over.
    TimedOut,
}
