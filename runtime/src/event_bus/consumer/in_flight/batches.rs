//! How a message passes through batch receivers.
//!
//! ```text
//!   Running ──► collected ──► called ──► finished, or collected again if other receivers need it
//!    collect        start_batch  │ end_batch
//!                                ├─► Waiting: the message failed; it is retried alone
//!                                └─► Fresh: nobody knows whether it fails
//! ```
//!
//! If several messages of a batch fail, they become the head of their lane one after the other, and nothing overtakes them: the later
//! messages that the lane had collected, for example while the attempts of the batch were stored, are fresh again. So, while a
//! message is the head, only earlier ones wait for batches.

// A registered receiver is in a link section, and the attribute for that is `unsafe`.
#[allow(unsafe_code)]
#[cfg(all(test, feature = "catalog"))]
mod tests;

use std::{mem, time::Instant};

use super::{Head, InFlight, Lane, MessageState, NextStep, Waiting, collected::Place};
use crate::{
    event_bus::{consumer::job::Job, wire::EntryId},
    receiver::BatchReceiver,
};

/// The next step of a lane.
pub(in crate::event_bus::consumer) enum Task {
    Message(Job),
    /// A receiver, and the messages of its batch.
    Batch(BatchReceiver, Vec<(Place, Job)>),
}

/// A message of the batch that a receiver has.
pub(super) struct Called {
    pub(super) id: EntryId,
    key: u64,
    /// Its number among the collected messages.
    number: u64,
    begun: u32,
    pub(super) is_revoked: bool,
}

/// The next state of a message whose batch was called.
pub(in crate::event_bus::consumer) enum BatchEnd {
    /// It is acknowledged.
    Finished,
    /// Other batch receivers need it.
    Collect(Place, Job),
    /// It waits for its next step.
    Wait(Waiting),
    /// It is tried again as if nothing had happened: the receiver may have failed because of another message.
    Again(Job),
    /// It is returned, because its failure ends the consumer.
    Return,
}

impl InFlight {
    /// Makes the lane's message wait for batches.
    pub(in crate::event_bus::consumer) fn collect(&mut self, lane: usize, job: Job, now: Instant) {
        let lane = &mut self.lanes[lane];
        lane.head = None;
        let receivers = job.batch_receivers();
        lane.collected.add(job, receivers, now);
        lane.advance();
    }

    /// Starts a batch of a lane: one that is complete, or any if nothing more comes or the next message must not overtake it. A
    /// batch whose attempts must be stored waits for that.
    pub(super) fn start_batch(&mut self, lane: usize, now: Instant, is_full: bool) -> Option<Task> {
        let (paused, stopping) = (self.paused, self.stopping);
        let lane = &mut self.lanes[lane];
        if lane.collected.len() == 0 || (paused && !stopping) || !lane.may_call() {
            return None;
        }
        let is_last = stopping || lane.next_waits_for_batches() || (is_full && lane.queue.is_empty());
        let receiver = lane.collected.complete(now, is_last)?;
        if lane.collected.batch(receiver).any(Job::attempt_must_be_stored) {
            lane.complete = Some(receiver);
            return None;
        }
        lane.complete = None;
        let batch = lane.collected.take(receiver);
        lane.called = batch
            .iter()
            .map(|(place, job)| Called {
                id: job.entry.id.clone(),
                key: job.key,
                number: place.number(),
                begun: job.entry.attempt,
                is_revoked: false,
            })
            .collect();
        Some(Task::Batch(receiver, batch))
    }

    /// Returns when the lane next has something to do, even if nothing happens before.
    pub(in crate::event_bus::consumer) fn next_batch(&self, lane: usize) -> Option<Instant> {
        let lane = &self.lanes[lane];
        let may_start = !self.paused && lane.complete.is_none() && lane.may_call();
        if may_start { lane.collected.next_due() } else { None }
    }

    /// Returns whether a lane has messages that wait for batches.
    pub(in crate::event_bus::consumer) fn collects(&self, lane: usize) -> bool {
        self.lanes[lane].collected.len() > 0
    }

    /// Returns for each message of the lane's batch whether the broker revoked it meanwhile.
    pub(in crate::event_bus::consumer) fn revoked_in_batch(&self, lane: usize) -> Vec<bool> {
        self.lanes[lane].called.iter().map(|called| called.is_revoked).collect()
    }

    /// Settles the messages of the lane's batch, in its order. If one of them is not settled, the messages after it that were
    /// collected meanwhile are fresh again, so that they do not overtake it.
    pub(in crate::event_bus::consumer) fn end_batch(&mut self, lane: usize, ends: Vec<BatchEnd>) {
        let called = mem::take(&mut self.lanes[lane].called);
        let (mut failed, mut again) = (Vec::new(), Vec::new());
        let mut first_open = None;
        for (Called { id, key, number, is_revoked, .. }, end) in called.into_iter().zip(ends) {
            if is_revoked {
                self.keys.remove(key);
                continue;
            }
            if let BatchEnd::Wait(_) | BatchEnd::Again(_) | BatchEnd::Return = end {
                first_open.get_or_insert(number);
            }
            match end {
                BatchEnd::Finished => {
                    self.forget(&id, key);
                    self.finished.push(id);
                }
                BatchEnd::Collect(place, job) => {
                    let receivers = job.batch_receivers();
                    self.lanes[lane].collected.put_back(place, job, receivers);
                }
                BatchEnd::Wait(waiting) => failed.push(waiting),
                BatchEnd::Again(mut job) => {
                    job.not_begun();
                    again.push((number, job));
                }
                BatchEnd::Return => {
                    self.forget(&id, key);
                    self.returned.push((id, 0));
                }
            }
        }
        if let Some(first) = first_open {
            again.extend(self.lanes[lane].collected.take_from(first));
            again.sort_by_key(|(number, _)| *number);
        }
        for (_, job) in again.into_iter().rev() {
            self.back_to_queue(lane, job);
        }
        let lane = &mut self.lanes[lane];
        // A message that was started later, and failed meanwhile, comes after the messages of the batch.
        if !failed.is_empty()
            && let Some(Head { state: MessageState::Waiting(later), .. }) = lane.head.take()
        {
            failed.push(*later);
        }
        for waiting in failed.into_iter().rev() {
            lane.failed.push_front(waiting);
        }
        lane.advance();
        self.alone = self.alone && self.len() > 0;
    }

    /// Returns the messages of batches at the end of a stop. The attempts of a receiver that hangs count.
    pub(super) fn end_batches(&mut self, lane: usize, hangs: bool) {
        let Lane { collected, called, failed, .. } = &mut self.lanes[lane];
        let jobs = collected.take_if(|_| true);
        let (called, failed) = (mem::take(called), mem::take(failed));
        for job in jobs {
            self.forget(&job.entry.id, job.key);
            self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
        }
        for Called { id, key, begun, is_revoked, .. } in called {
            if is_revoked {
                self.keys.remove(key);
            } else {
                self.forget(&id, key);
                self.returned.push((id, if hangs { begun } else { begun.saturating_sub(1) }));
            }
        }
        for Waiting { job, step, .. } in failed {
            self.forget(&job.entry.id, job.key);
            let counts = matches!(step, NextStep::Retry);
            let attempts = if counts { job.entry.attempt } else { job.entry.attempt.saturating_sub(1) };
            self.returned.push((job.entry.id, attempts));
        }
    }

    /// Puts a message before the fresh ones of its lane. If a stop has begun, returns it.
    fn back_to_queue(&mut self, lane: usize, job: Job) {
        if self.stopping {
            self.forget(&job.entry.id, job.key);
            self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
        } else {
            self.lanes[lane].queue.push_front(job);
        }
    }

    fn forget(&mut self, id: &EntryId, key: u64) {
        self.ids.remove(id);
        self.keys.remove(key);
    }
}

impl Lane {
    /// Returns whether a batch may start. While the broker is being told about the head, the head cannot give way to an earlier
    /// message that fails in a batch.
    fn may_call(&self) -> bool {
        let may_give_way =
            self.head.as_ref().is_none_or(|head| matches!(head.state, MessageState::Waiting(_)));
        may_give_way && self.called.is_empty()
    }

    /// Returns the claims on the messages of the batch that runs, and on those that failed in the last one.
    pub(super) fn claims_of_batch(&self) -> impl Iterator<Item = (EntryId, u32)> {
        let called = self.called.iter().filter(|called| !called.is_revoked);
        let failed = self.failed.iter().map(|Waiting { job, step, .. }| {
            let counts = !matches!(step, NextStep::Hold);
            let attempt = job.entry.attempt;
            (job.entry.id.clone(), if counts { attempt } else { attempt.saturating_sub(1) })
        });
        called.map(|called| (called.id.clone(), called.begun)).chain(failed)
    }
}

impl Head {
    /// Makes the head of a message that waits for its next step.
    pub(super) fn waiting(waiting: Waiting) -> Self {
        let (attempt, aborted) = (waiting.job.entry.attempt, waiting.job.entry.attempt.saturating_sub(1));
        Self {
            id: waiting.job.entry.id.clone(),
            key: waiting.job.key,
            begun: if matches!(waiting.step, NextStep::Hold) { aborted } else { attempt },
            aborted,
            state: MessageState::Waiting(Box::new(waiting)),
            is_revoked: false,
        }
    }
}
