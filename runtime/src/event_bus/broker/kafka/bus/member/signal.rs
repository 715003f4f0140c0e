//! Wakes the thread that polls.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Instant,
};

/// Counts notifications, so that none is missed between a check and a wait.
///
/// The client calls [`notify`](Self::notify) while it holds its own locks, so nothing may call the client while it holds this
/// lock.
#[derive(Default)]
pub(super) struct Signal {
    count: Mutex<u64>,
    changed: Condvar,
}

impl Signal {
    pub(super) fn notify(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }

    /// Returns the number of notifications so far, for [`wait`](Self::wait). Call it before checking whether there is something
    /// to do.
    pub(super) fn seen(&self) -> u64 {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there are more than `seen` notifications, or until `deadline`.
    pub(super) fn wait(&self, seen: u64, deadline: Instant) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        while *count == seen {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.changed.wait_timeout(count, left);
            count = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(count, _)| count);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::*;

    #[test]
    fn news_between_the_look_and_the_wait_are_noticed() {
        let signal = Signal::default();
        let seen = signal.seen();
        thread::scope(|scope| {
            scope.spawn(|| signal.notify());
        });
        let before = Instant::now();
        signal.wait(seen, before + Duration::from_hours(1));
        signal.wait(signal.seen(), Instant::now() + Duration::from_millis(1));
        assert!(before.elapsed() < Duration::from_mins(1));
    }
}
