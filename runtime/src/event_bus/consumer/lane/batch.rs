//! Calls batch receivers, and settles the messages of a batch.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering,
    time::Instant,
};

use super::{LaneState, Settled, grace};
use crate::{
    event_bus::consumer::{
        batch_call::{Said, call_in_parts},
        floor::Floor,
        in_flight::{BatchEnd, Place},
        job::Job,
        verdict::Verdict,
    },
    receiver::{BatchReceiver, ReceiverError},
    signal::run_batch,
};

/// How the call of a batch ended for one of its messages.
pub(super) enum MessageEnd {
    Verdict(Verdict),
    /// It is tried again, as if it had not been tried.
    Again(Job),
}

impl LaneState {
    /// Calls a batch receiver. Returns what becomes of each message.
    pub(super) fn call_batch(
        &self,
        lane: usize,
        receiver: BatchReceiver,
        batch: Vec<(Place, Job)>,
    ) -> Vec<(Place, MessageEnd)> {
        let (places, mut jobs): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let counts_success = self.counts_successes.load(Ordering::Relaxed);
        for job in &mut jobs {
            job.succeeded = counts_success.then(Vec::new);
        }
        let definition = receiver.definition();
        let call = |range: Range<usize>| {
            let jobs = &jobs[range];
            let started = Instant::now();
            let items: Vec<_> = jobs.iter().filter_map(|job| job.batch_item(started)).collect();
            if let Some(first) = jobs.first() {
                self.calls.begin(lane, definition.full_name(), &first.entry.id, started, grace(definition));
            }
            run_batch(receiver, &items, self.receiver_timeout)
        };
        // Panics of the receiver are caught where it runs. No other panic may end the thread, and lose the messages with it.
        let said = catch_unwind(AssertUnwindSafe(|| call_in_parts(jobs.len(), call)));
        let said = said.unwrap_or_else(|payload| {
            let error = ReceiverError::panicked(payload).chain();
            jobs.iter().map(|_| Said::Outcome(Err(ReceiverError::new(error.clone())))).collect()
        });
        let mut is_paused = false;
        let mut end = |(mut job, said): (Job, Said)| match said {
            Said::Outcome(outcome) if outcome.is_ok() || !is_paused => {
                let outcome = job.end_batch(receiver, outcome, &self.observers);
                let verdict = self.judge(lane, job, outcome);
                is_paused |= matches!(verdict, Verdict::Hold(_) | Verdict::EndWithRuntime(..));
                MessageEnd::Verdict(verdict)
            }
            // The first message that fails begins a pause. The others are tried again after it.
            Said::Outcome(_) | Said::Nothing => MessageEnd::Again(job),
        };
        places.into_iter().zip(jobs.into_iter().zip(said).map(&mut end)).collect()
    }

    /// Settles the messages of a batch. Returns those that the broker revoked meanwhile.
    pub(super) fn settle_batch(
        &self,
        floor: &mut Floor,
        lane: usize,
        ends: Vec<(Place, MessageEnd)>,
    ) -> Vec<Verdict> {
        let (mut revoked, mut is_news) = (Vec::new(), false);
        let is_revoked = floor.in_flight.revoked_in_batch(lane);
        let ends = ends.into_iter().zip(is_revoked).map(|((place, end), is_revoked)| match end {
            MessageEnd::Again(job) if is_revoked => {
                revoked.push(Verdict::Collect(job));
                BatchEnd::Return
            }
            MessageEnd::Verdict(verdict) if is_revoked => {
                revoked.push(verdict);
                BatchEnd::Return
            }
            MessageEnd::Again(job) => BatchEnd::Again(job),
            MessageEnd::Verdict(verdict) => {
                is_news |= verdict.is_open() || matches!(verdict, Verdict::GivenUp(..));
                match self.count(floor, verdict) {
                    Settled::Finished => BatchEnd::Finished,
                    Settled::Collect(job) | Settled::GoOn(job) => BatchEnd::Collect(place, job),
                    Settled::Wait(waiting) => BatchEnd::Wait(waiting),
                    Settled::Return => BatchEnd::Return,
                }
            }
        });
        let ends = ends.collect();
        floor.in_flight.end_batch(lane, ends);
        self.settled(floor, lane, is_news || floor.in_flight.len() <= floor.low);
        revoked
    }
}
