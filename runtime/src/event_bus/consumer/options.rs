//! How a consumer handles messages.

use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

use super::{
    in_flight::{NextStep, Waiting},
    job::{AttemptOutcome, Job},
};
use crate::event_bus::{broker::bounded, wire::Failure};

/// What to do with a message that failed in all its attempts, or that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum OnError {
    /// Store it among the group's dead letters, and acknowledge it.
    #[default]
    DeadLetter,
    /// Log and acknowledge it, as Python does: it is not handled again.
    #[cfg_attr(feature = "cli", value(name = "ack"))]
    Acknowledge,
    /// End the consumer; the message stays pending.
    Stop,
}

/// What to do with a message whose event type the program does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum OnUnknownType {
    /// Store it among the group's dead letters, and acknowledge it.
    #[default]
    DeadLetter,
    /// Acknowledge it: other services have events that this one does not know.
    Skip,
    /// End the consumer; the message stays pending.
    Stop,
}

#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) batch: usize,
    pub(super) batch_bytes: usize,
    pub(super) concurrency: usize,
    pub(super) max_attempts: u32,
    pub(super) backoff: Backoff,
    pub(super) poll_timeout: Duration,
    pub(super) poll_failure_sleep: Duration,
    pub(super) consecutive_errors_limit: Option<u32>,
    pub(super) stop_timeout: Duration,
    pub(super) on_error: OnError,
    pub(super) on_unknown_type: OnUnknownType,
    /// The event types to handle; all of them if it is empty.
    pub(super) only: Vec<String>,
    /// The number of messages to handle before the consumer ends.
    pub(super) count: Option<u64>,
    pub(super) audit: bool,
    /// Whether messages without receivers are decoded as well, for an observer.
    pub(super) decode_all: bool,
}

/// The decision about a message after an attempt.
pub(super) enum Verdict {
    /// It is acknowledged: its receivers have succeeded.
    Handled,
    /// It is acknowledged: it has no receivers.
    WithoutReceiver(Job),
    /// It is acknowledged: its event type is unknown.
    Skipped(Job, Failure),
    /// It is acknowledged although it failed.
    GivenUp(Job, Failure),
    /// It waits for its next step.
    Wait(Waiting, Failure),
    /// The consumer ends.
    Stop(Job, Failure),
}

impl Options {
    /// Returns whether messages may become dead letters.
    pub(super) fn stores_dead_letters(&self) -> bool {
        self.on_error == OnError::DeadLetter || self.on_unknown_type == OnUnknownType::DeadLetter
    }

    /// Decides what happens to a message after an attempt.
    pub(super) fn decide(&self, job: Job, outcome: AttemptOutcome) -> Verdict {
        let bury = |job, failure: Failure| {
            let step = NextStep::DeadLetter(failure.clone());
            Verdict::Wait(Waiting { until: Instant::now(), job, step }, failure)
        };
        match outcome {
            AttemptOutcome::Handled => Verdict::Handled,
            AttemptOutcome::NoReceiver => Verdict::WithoutReceiver(job),
            AttemptOutcome::Failed(failure) if job.entry.attempt < self.max_attempts => {
                let until = Instant::now() + self.backoff.after(job.entry.attempt);
                Verdict::Wait(Waiting { until, job, step: NextStep::Retry }, failure)
            }
            AttemptOutcome::Failed(failure) | AttemptOutcome::Hopeless(failure) => match self.on_error {
                OnError::DeadLetter => bury(job, failure),
                OnError::Acknowledge => Verdict::GivenUp(job, failure),
                OnError::Stop => Verdict::Stop(job, failure),
            },
            AttemptOutcome::UnknownType(failure) => match self.on_unknown_type {
                OnUnknownType::DeadLetter => bury(job, failure),
                OnUnknownType::Skip => Verdict::Skipped(job, failure),
                OnUnknownType::Stop => Verdict::Stop(job, failure),
            },
        }
    }
}

/// Exponential backoff with jitter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    /// The longest wait before the second attempt.
    pub(super) min: Duration,
    /// The longest wait before any attempt.
    pub(super) max: Duration,
}

impl Backoff {
    /// Limits the waits to times that a clock can count, and makes the longest one no shorter than the first.
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        let min = bounded(min);
        Self { min, max: bounded(max).max(min) }
    }

    /// Returns how long to wait after attempt number `attempt`, from 1, has failed. The wait doubles with each attempt, and is
    /// a random share of it, at least half, so that members that failed together do not retry together.
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
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(30));
        for (attempt, most) in [(1, 200), (2, 400), (3, 800), (8, 25_600), (9, 30_000), (u32::MAX, 30_000)] {
            let wait = backoff.after(attempt);
            let most = Duration::from_millis(most);
            assert!(wait >= most / 2 && wait <= most, "{attempt}: {wait:?}");
        }
    }

    #[test]
    fn the_longest_wait_can_be_added_to_the_clock() {
        let backoff = Backoff::new(Duration::MAX, Duration::ZERO);
        assert!(Instant::now().checked_add(backoff.after(u32::MAX)).is_some());
    }
}
