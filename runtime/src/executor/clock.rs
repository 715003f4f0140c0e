//! The time during which this process actually runs.

use std::time::{Duration, Instant};

/// A clock that stands still while the process is stopped, for example by SIGSTOP, a debugger, a frozen container or a laptop
/// that sleeps. A receiver that did not run then is not slow.
///
/// It must be read all the time while it measures something: a step between two readings that is longer than expected counts
/// as a pause, except for its first part. So a receiver that hangs while the coordinator waits for a slow broker is noticed
/// later, but a receiver is never blamed for a pause.
pub(crate) struct RunningClock {
    last: Instant,
    paused: Duration,
    /// The largest step of the clock that does not count as a pause of the process.
    step: Duration,
}

impl RunningClock {
    /// Makes a clock that is read at least every 100 milliseconds, to measure times as long as `timeout`.
    pub(crate) fn new(timeout: Duration) -> Self {
        let step = (timeout / 4).clamp(Duration::from_millis(100), Duration::from_secs(1));
        Self { last: Instant::now(), paused: Duration::ZERO, step }
    }

    /// Returns the current time, which lags behind other clocks by the time that the process was paused.
    pub(crate) fn now(&mut self) -> Instant {
        self.at(Instant::now())
    }

    /// Does the same, for a caller that has just read its clock.
    pub(crate) fn at(&mut self, now: Instant) -> Instant {
        let step = now.saturating_duration_since(self.last);
        self.last = self.last.max(now);
        self.paused += step.saturating_sub(self.step);
        // A pause is never longer than the time since the clock was made.
        self.last.checked_sub(self.paused).unwrap_or(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// Returns the milliseconds that the clock counts over these steps.
    fn counted(timeout: Duration, steps: &[u32]) -> u128 {
        let mut clock = RunningClock::new(timeout);
        let mut time = Instant::now();
        let begun = clock.at(time);
        let mut now = begun;
        for step in steps {
            time += MILLI * *step;
            now = clock.at(time);
        }
        now.duration_since(begun).as_millis()
    }

    #[test]
    fn short_steps_count_in_full() {
        assert_eq!(counted(Duration::from_mins(1), &[50; 100]), 5000);
        assert_eq!(counted(Duration::from_secs(2), &[50, 500, 50]), 600);
    }

    #[test]
    fn a_pause_does_not_count() {
        assert_eq!(counted(Duration::from_mins(1), &[50, 3_600_000, 50]), 1100);
        assert_eq!(counted(Duration::from_secs(2), &[50, 3_600_000, 50]), 600);
        assert_eq!(counted(MILLI, &[50, 60_000, 50]), 200);
    }
}
