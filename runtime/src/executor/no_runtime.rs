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

/// Returns no runtime that a failed future could depend on.
pub(crate) fn trouble(_panicked: bool) -> Option<NotDriven> {
    None
}

/// Returns no end.
pub(crate) fn has_ended() -> bool {
    false
}

/// There is nothing to forget.
pub(crate) fn forget_trouble() {}

/// Runs `work`, whose receivers find no runtime.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn in_runtime<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    Ok(work())
}

/// The runtime that a thread finds: none.
#[derive(Clone)]
pub(crate) struct Runtime;

#[allow(clippy::unused_self)]
impl Runtime {
    pub(crate) fn current() -> Self {
        Self
    }

    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn check(&self) -> Result<(), NotDriven> {
        Ok(())
    }

    /// Runs `work` with this runtime on a thread of this crate.
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
