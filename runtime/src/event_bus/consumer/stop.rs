//! How a consumer is told to stop.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::event_bus::bus::Waker;

/// Stops consumers: they finish the message in hand, acknowledge it, and return. Clones are the same.
///
/// ```
/// use openedx_events::event_bus::Stop;
///
/// let stop = Stop::new();
/// let elsewhere = stop.clone();
/// elsewhere.stop();
/// assert!(stop.is_stopped());
/// ```
#[derive(Clone, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Default)]
struct Inner {
    stopped: AtomicBool,
    wakers: Mutex<Vec<Waker>>,
}

impl Stop {
    /// One that has not been used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops what runs with it, and what will.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Release);
        let wakers = self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for waker in wakers {
            waker();
        }
    }

    /// Whether it was used.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Acquire)
    }

    /// Calls `waker` when it is used; at once where it was.
    pub(super) fn wake(&self, waker: &Waker) {
        self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(waker));
        if self.is_stopped() {
            waker();
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}
