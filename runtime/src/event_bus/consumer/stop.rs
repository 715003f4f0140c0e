//! How a consumer is told to stop.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

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

type Tell = Arc<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct Inner {
    stopped: AtomicBool,
    told: Mutex<Vec<Tell>>,
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
        let told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for tell in told {
            tell();
        }
    }

    /// Whether it was used.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Acquire)
    }

    /// Calls `tell`, which does not take long, when it is used; at once where it was.
    pub(super) fn on_stop(&self, tell: impl Fn() + Send + Sync + 'static) {
        let tell: Tell = Arc::new(tell);
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&tell));
        if self.is_stopped() {
            tell();
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}
