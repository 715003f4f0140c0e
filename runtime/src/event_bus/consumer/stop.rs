//! How a consumer is told to stop.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
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
        let told = self.told().clone();
        for tell in told {
            tell();
        }
    }

    /// Whether it was used.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Acquire)
    }

    /// Calls `tell`, which does not take long, when it is used; at once where it was. Not any more once what is returned
    /// is dropped: a `Stop` can outlive many consumers.
    pub(super) fn on_stop(&self, tell: impl Fn() + Send + Sync + 'static) -> Told {
        let tell: Tell = Arc::new(tell);
        self.told().push(Arc::clone(&tell));
        if self.is_stopped() {
            tell();
        }
        Told { stop: self.clone(), tell }
    }

    fn told(&self) -> MutexGuard<'_, Vec<Tell>> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody is told of a stop until this is dropped.
pub(super) struct Told {
    stop: Stop,
    tell: Tell,
}

impl Drop for Told {
    fn drop(&mut self) {
        self.stop.told().retain(|tell| !Arc::ptr_eq(tell, &self.tell));
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::event_bus::consumer::stop::*;

    #[test]
    fn who_is_gone_is_told_no_more() {
        let stop = Stop::new();
        let told = Arc::new(Mutex::new(Vec::new()));
        let note = |name: &'static str| {
            let told = Arc::clone(&told);
            move || told.lock().unwrap().push(name)
        };
        let _stays = stop.on_stop(note("stays"));
        drop(stop.on_stop(note("goes")));
        stop.stop();
        let _late = stop.on_stop(note("late"));
        assert_eq!(*told.lock().unwrap(), ["stays", "late"]);
    }
}
