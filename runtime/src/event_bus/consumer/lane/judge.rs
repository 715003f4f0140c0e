//! Judges attempts: what they say about outages, and what happens to their messages.

use std::{
    sync::{Condvar, atomic::Ordering},
    time::Instant,
};

use super::LaneState;
use crate::{
    event_bus::{
        consumer::{
            job::{AttemptOutcome, Job, Unavailable},
            options::OnError,
            verdict::Verdict,
        },
        observe::Observation,
    },
    receiver::FullName,
};

impl LaneState {
    /// Decides what happens to a message after an attempt.
    pub(super) fn judge(&self, lane: usize, mut job: Job, outcome: AttemptOutcome) -> Verdict {
        let outcome = match outcome {
            AttemptOutcome::Unavailable(failure, unavailable) if unavailable.is_without_runtime => {
                return Verdict::EndWithRuntime(job, failure);
            }
            outcome => outcome,
        };
        let was_probe = job.is_probe();
        let held_by = self.held_by(lane, &job, &outcome);
        job.log_probe(held_by.is_some());
        // A receiver that has used up its attempts must not keep the message from the others.
        let goes_on = held_by.is_none() && self.goes_on(&mut job, &outcome);
        if let AttemptOutcome::Failed(..) | AttemptOutcome::Hopeless(_) = &outcome
            && !goes_on
            && !(was_probe && held_by.is_some())
        {
            self.observers.tell(&Observation::Failed);
        }
        let verdict = match held_by {
            Some(receivers) => Verdict::hold(job, receivers),
            None if goes_on => Verdict::go_on(job),
            None => Verdict::of(&self.options, job, outcome),
        };
        match &verdict {
            Verdict::WithoutReceiver(job) => {
                self.observers.tell(&Observation::WithoutReceiver { entry: &job.entry });
            }
            Verdict::Skipped(job, failure) => {
                self.observers.tell(&Observation::Skipped { entry: &job.entry, reason: Some(failure) });
            }
            Verdict::GivenUp(job, failure) => {
                self.observers.tell(&Observation::GivenUp { entry: &job.entry, failure });
            }
            Verdict::Handled
            | Verdict::Collect(_)
            | Verdict::GoOn(_)
            | Verdict::Wait(..)
            | Verdict::Hold(_)
            | Verdict::Stop(..)
            | Verdict::EndWithRuntime(..) => {}
        }
        verdict
    }

    fn is_used_up(&self, job: &Job) -> bool {
        job.entry.attempt >= self.options.max_attempts && self.options.on_error != OnError::Stop
    }

    /// Gives up receivers that have used up their attempts. Returns whether the message needs others, which were not called.
    fn goes_on(&self, job: &mut Job, outcome: &AttemptOutcome) -> bool {
        match outcome {
            AttemptOutcome::Failed(_, failed) => self.is_used_up(job) && job.give_up(failed),
            _ => false,
        }
    }

    /// Notes what an attempt says about outages. Returns the receivers that the message waits for, if there is one.
    fn held_by(&self, lane: usize, job: &Job, outcome: &AttemptOutcome) -> Option<Vec<FullName>> {
        let is_used_up = self.is_used_up(job);
        let succeeded = job.succeeded.as_deref().unwrap_or_default();
        let says_something = match outcome {
            AttemptOutcome::Unavailable(..) => true,
            AttemptOutcome::Failed(..) => is_used_up || job.is_probe() || !succeeded.is_empty(),
            _ => job.is_probe() || !succeeded.is_empty(),
        };
        if !says_something {
            return None;
        }
        let now = Instant::now();
        let mut floor = self.floor();
        let outages = &mut floor.outages;
        let held_by = match outcome {
            AttemptOutcome::Unavailable(_, unavailable) => {
                let Unavailable { first, others, error, wait, .. } = &**unavailable;
                outages.unavailable(lane, *first, error, *wait, now);
                Some([*first].into_iter().chain(others.iter().copied()).collect())
            }
            AttemptOutcome::Failed(failure, failed) if is_used_up => {
                let receivers: Vec<_> = failed.iter().map(|failed| failed.receiver).collect();
                outages.use_up(lane, &receivers, &failure.error, now).then_some(receivers)
            }
            _ => None,
        };
        if job.is_probe() && held_by.is_none() {
            outages.tried(succeeded, now);
        }
        outages.succeed(succeeded);
        self.counts_successes.store(outages.counts(), Ordering::Relaxed);
        let has_resumed = floor.follow_outages();
        drop(floor);
        if has_resumed {
            self.work.iter().for_each(Condvar::notify_one);
        }
        held_by
    }
}
