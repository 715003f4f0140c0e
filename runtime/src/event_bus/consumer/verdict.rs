//! The decision about a message after an attempt.

use std::time::Instant;

use super::{
    in_flight::{NextStep, Waiting},
    job::{AttemptOutcome, Job},
    options::{OnError, OnUnknownType, Options},
};
use crate::{event_bus::wire::Failure, receiver::FullName};

/// The decision about a message after an attempt.
pub(super) enum Verdict {
    /// It is acknowledged: its receivers have succeeded.
    Handled,
    /// It waits for batches.
    Collect(Job),
    /// It goes on to receivers that were not called.
    GoOn(Job),
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
    /// The consumer ends, because its runtime has ended.
    EndWithRuntime(Job, Failure),
}

impl Verdict {
    /// Decides what happens to a message after an attempt, unless it is held.
    pub(super) fn of(options: &Options, job: Job, outcome: AttemptOutcome) -> Self {
        let bury = |job, failure: Failure| {
            let step = NextStep::DeadLetter(failure.clone());
            Self::Wait(Waiting { until: Instant::now(), job, step }, failure)
        };
        match outcome {
            AttemptOutcome::Handled => Self::Handled,
            AttemptOutcome::Collect => Self::Collect(job),
            AttemptOutcome::GoOn => Self::go_on(job),
            AttemptOutcome::NoReceiver => Self::WithoutReceiver(job),
            AttemptOutcome::Failed(failure, _) if job.entry.attempt < options.max_attempts => {
                let until = Instant::now() + options.backoff.after(job.entry.attempt);
                Self::Wait(Waiting { until, job, step: NextStep::Retry }, failure)
            }
            AttemptOutcome::Failed(failure, _)
            | AttemptOutcome::Unavailable(failure, _)
            | AttemptOutcome::Hopeless(failure) => match options.on_error {
                OnError::DeadLetter => bury(job, failure),
                OnError::Acknowledge => Self::GivenUp(job, failure),
                OnError::Stop => Self::Stop(job, failure),
            },
            AttemptOutcome::UnknownType(failure) => match options.on_unknown_type {
                OnUnknownType::DeadLetter => bury(job, failure),
                OnUnknownType::Skip => Self::Skipped(job, failure),
                OnUnknownType::Stop => Self::Stop(job, failure),
            },
        }
    }

    /// Returns whether the message stays with the consumer, or ends it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Wait(..) | Self::Hold(_) | Self::Stop(..) | Self::EndWithRuntime(..))
    }

    /// Lets a message go on to receivers that were not called.
    pub(super) fn go_on(mut job: Job) -> Self {
        job.go_on();
        Self::GoOn(job)
    }

    /// Keeps a message until the end of a pause, because these receivers could not work. Its last attempt does not count.
    pub(super) fn hold(mut job: Job, receivers: Vec<FullName>) -> Self {
        job.hold(receivers);
        Self::Hold(Waiting { until: Instant::now(), job, step: NextStep::Hold })
    }
}
