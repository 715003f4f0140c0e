//! When a message is tried again.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// Exponential backoff with jitter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    /// Before the second attempt, at most.
    pub(super) min: Duration,
    /// Before any attempt, at most.
    pub(super) max: Duration,
}

impl Backoff {
    /// How long to wait after the attempt number `attempt`, from 1, has failed: between half and all of `min` times 2
    /// for each attempt before, so that members that failed together do not come back together.
    pub(super) fn after(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let most = self.min.saturating_mul(1 << doublings).min(self.max);
        let random = RandomState::new().hash_one(attempt);
        let share = f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX);
        most.mul_f64(0.5 + share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::event_bus::consumer::retry::*;

    #[test]
    fn grows_and_stays_below_the_most() {
        let backoff = Backoff { min: Duration::from_millis(200), max: Duration::from_secs(30) };
        for (attempt, most) in [(1, 200), (2, 400), (3, 800), (8, 25_600), (9, 30_000), (u32::MAX, 30_000)] {
            let wait = backoff.after(attempt);
            let most = Duration::from_millis(most);
            assert!(wait >= most / 2 && wait <= most, "{attempt}: {wait:?}");
        }
    }
}
