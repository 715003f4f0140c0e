//! Waiting for futures on a thread that has work of its own: async receivers of a synchronous send, and of consumers.
//!
//! This folder knows nothing of events. With the feature `tokio`, it finds the runtime whose timers and sockets a future
//! needs.

mod block_on;
mod blocking;
pub(crate) mod clock;
#[cfg(not(feature = "tokio"))]
mod no_runtime;
#[cfg(feature = "tokio")]
mod own;
mod park;
#[cfg(feature = "tokio")]
mod pulse;
#[cfg(feature = "tokio")]
mod runtime;

use std::fmt;

pub use block_on::block_on;
pub(crate) use blocking::blocking;
#[cfg(not(feature = "tokio"))]
pub(crate) use no_runtime::{Remembered, Runtime, drive, forget_trouble, has_ended, in_runtime, trouble};
#[cfg(feature = "tokio")]
pub(crate) use own::in_runtime;
use park::park;
#[cfg(feature = "tokio")]
pub use runtime::set_runtime;
#[cfg(feature = "tokio")]
pub(crate) use runtime::{Remembered, Runtime, drive, forget_trouble, has_ended, trouble};

/// Why a future was not driven to its end.
#[cfg_attr(not(feature = "tokio"), allow(dead_code))] // Only a runtime can stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDriven {
    /// The thread is the one that drives its current-thread runtime, so the future would never see its timer or socket.
    OnlyThread,
    /// The runtime has done nothing for some seconds, or for the future's whole time.
    Stalled,
    /// The runtime has ended.
    Ended,
    /// The future timed out.
    TimedOut,
}

impl fmt::Display for NotDriven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnlyThread => {
                "this is the only thread of a tokio runtime, whose timers and sockets would stand still"
            }
            Self::Stalled => {
                "the tokio runtime does nothing: no thread drives it, or all of its threads are blocked"
            }
            Self::Ended => "the tokio runtime has ended",
            Self::TimedOut => "it took too long",
        })
    }
}
