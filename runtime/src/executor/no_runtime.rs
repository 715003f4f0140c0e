//! Without the feature `tokio`, no runtime is known.

use std::{pin::Pin, time::Duration};

use super::{NotDriven, park};

/// Drives a future on this thread until it ends, or for `timeout`.
pub(crate) fn drive<F: Future>(
    future: Pin<&mut F>,
    timeout: Option<Duration>,
) -> Result<F::Output, NotDriven> {
    park(future, timeout)
}

/// The runtime that a thread finds: none.
#[derive(Clone)]
pub(crate) struct Runtime;

impl Runtime {
    pub(crate) fn current() -> Self {
        Self
    }

    pub(crate) fn watched() -> Self {
        Self
    }

    /// Runs `work` with this runtime on a thread of this crate.
    #[allow(clippy::unused_self)]
    pub(crate) fn with<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

/// Nothing to remember.
pub(crate) struct Remembered;

impl Remembered {
    pub(crate) fn current() -> Self {
        Self
    }
}
