//! How a consumer is told to stop.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Stops consumers: each finishes the message that it is handling, acknowledges it, and returns. Clones share one state.
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
pub struct Stop(Arc<StopState>);

type Callback = Arc<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct StopState {
    stopped: AtomicBool,
    callbacks: Mutex<Vec<Callback>>,
}

impl Stop {
    /// Makes a stop that has not been used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops all consumers that run with it, now and later.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Release);
        let callbacks = self.callbacks().clone();
        for callback in callbacks {
            callback();
        }
    }

    /// Returns whether it was used.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Acquire)
    }

    /// Calls `callback`, which must be quick, when this is used; at once if it was used already. Dropping the result removes
    /// the callback, since a `Stop` can outlive many consumers.
    pub(super) fn on_stop(&self, callback: impl Fn() + Send + Sync + 'static) -> OnStop {
        let callback: Callback = Arc::new(callback);
        self.callbacks().push(Arc::clone(&callback));
        if self.is_stopped() {
            callback();
        }
        OnStop { stop: self.clone(), callback }
    }

    fn callbacks(&self) -> MutexGuard<'_, Vec<Callback>> {
        self.0.callbacks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a callback until it is dropped.
pub(super) struct OnStop {
    stop: Stop,
    callback: Callback,
}

impl Drop for OnStop {
    fn drop(&mut self) {
        self.stop.callbacks().retain(|callback| !Arc::ptr_eq(callback, &self.callback));
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_callback_is_not_called() {
        let stop = Stop::new();
        let called = Arc::new(Mutex::new(Vec::new()));
        let note = |name: &'static str| {
            let called = Arc::clone(&called);
            move || called.lock().unwrap().push(name)
        };
        let _stays = stop.on_stop(note("stays"));
        drop(stop.on_stop(note("goes")));
        stop.stop();
        let _late = stop.on_stop(note("late"));
        assert_eq!(*called.lock().unwrap(), ["stays", "late"]);
    }
}
