//! How a consumer handles messages.

use std::time::{Duration, Instant};

use super::{
    backoff::Backoff,
    in_flight::{NextStep, Waiting},
    job::{AttemptOutcome, Job},
};
use crate::event_bus::wire::Failure;

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
    /// The number of messages in a row that use up their attempts in one receiver before the consumer pauses; 0 for never.
    pub(super) pause_after: u32,
    /// The longest wait between two tries during a pause.
    pub(super) pause_max: Duration,
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
    /// It waits for the end of a pause.
    Hold(Waiting),
    /// The consumer ends.
    Stop(Job, Failure),
}

impl Options {
    /// Returns whether messages may become dead letters.
    pub(super) fn stores_dead_letters(&self) -> bool {
        self.on_error == OnError::DeadLetter || self.on_unknown_type == OnUnknownType::DeadLetter
    }

    /// Decides what happens to a message after an attempt, unless it is held.
    pub(super) fn decide(&self, job: Job, outcome: AttemptOutcome) -> Verdict {
        let bury = |job, failure: Failure| {
            let step = NextStep::DeadLetter(failure.clone());
            Verdict::Wait(Waiting { until: Instant::now(), job, step }, failure)
        };
        match outcome {
            AttemptOutcome::Handled => Verdict::Handled,
            AttemptOutcome::NoReceiver => Verdict::WithoutReceiver(job),
            AttemptOutcome::Failed(failure, _) if job.entry.attempt < self.max_attempts => {
                let until = Instant::now() + self.backoff.after(job.entry.attempt);
                Verdict::Wait(Waiting { until, job, step: NextStep::Retry }, failure)
            }
            AttemptOutcome::Failed(failure, _)
            | AttemptOutcome::Unavailable(failure, _)
            | AttemptOutcome::Hopeless(failure) => match self.on_error {
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

/// Keeps a message until the end of a pause. Its last attempt does not count.
pub(super) fn hold(mut job: Job) -> Verdict {
    job.hold();
    Verdict::Hold(Waiting { until: Instant::now(), job, step: NextStep::Hold })
}
