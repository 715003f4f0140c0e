//! The messages that this member received and has not settled: the state of each, and every transition.
//!
//! ```text
//!                 start           succeed
//!   receive ─► Fresh ──► Running ──────────────────────────► finished, until the broker has the acknowledgement
//!                ▲         │ fail
//!                │         ▼   take_due          dead_lettered
//!                │      Waiting ───────► Recording ────────► gone, as a dead letter
//!                └───────────────────────────┘ retry
//!   Waiting, while the consumer is paused ──► Held ──► Fresh, at a try and at the end of the pause
//!   Fresh, Waiting and Held, at a stop ──────────────────────────► returned, for this member or another
//!   Fresh, Waiting and Held, revoked by the broker ──────────────► gone; Running ends, and nobody hears of it
//! ```
//!
//! Messages with batch receivers take a longer way, in [`batches`].
//!
//! A message is in one place: in the queue of its lane while it is fresh, at the head of its lane until it is settled, then in
//! one of the two lists. Nothing in this file knows threads, the broker or the log.

mod batches;
mod collected;
mod keys;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashSet, VecDeque},
    time::Instant,
};

use batches::Called;
pub(super) use batches::{BatchEnd, Task};
use collected::Collected;
pub(super) use collected::Place;
use keys::Keys;

use super::job::Job;
use crate::{
    event_bus::wire::{Entry, EntryId, Failure},
    receiver::BatchReceiver,
};

/// All messages between their delivery and their acknowledgement.
pub(super) struct InFlight {
    lanes: Vec<Lane>,
    /// The messages in lanes.
    ids: HashSet<EntryId>,
    /// The lane of each key.
    keys: Keys,
    /// Done, and to be acknowledged.
    finished: Vec<EntryId>,
    /// Not done, and to be given back, with the number of attempts that count.
    returned: Vec<(EntryId, u32)>,
    /// Whether a message is in flight that was tried before, by a process that may have died of it. Nothing else is read until
    /// it is settled.
    alone: bool,
    /// Whether no lane starts a message, except one that is tried.
    paused: bool,
    stopping: bool,
}

#[derive(Default)]
struct Lane {
    /// Fresh messages, in order.
    queue: VecDeque<Job>,
    /// The message that was started. No other message of the lane overtakes it.
    head: Option<Head>,
    /// The messages that wait for batches.
    collected: Collected<BatchReceiver, Job>,
    /// The batch that a receiver has.
    called: Vec<Called>,
    /// Other messages that failed in the last batch: they are next when the head is settled.
    failed: VecDeque<Waiting>,
    /// The receiver whose batch is complete and waits until the broker knows of its attempts.
    complete: Option<BatchReceiver>,
}

struct Head {
    id: EntryId,
    key: u64,
    /// The number of attempts that have begun.
    begun: u32,
    /// The number that counts if a stop ends the attempt.
    aborted: u32,
    state: MessageState,
    /// Whether the broker revoked the entry while it ran. The outcome does not matter then, and its id may be in flight again,
    /// as another delivery.
    is_revoked: bool,
}

enum MessageState {
    /// The lane runs the receivers.
    Running,
    /// The message failed, and waits for its next step.
    Waiting(Box<Waiting>),
    /// The broker is being told of the next step.
    Recording,
    /// The message waits for the end of a pause.
    Held(Box<Job>),
}

/// A message that failed.
pub(super) struct Waiting {
    pub(super) until: Instant,
    pub(super) job: Job,
    pub(super) step: NextStep,
}

/// The next step of a message that failed.
pub(super) enum NextStep {
    /// Another attempt.
    Retry,
    /// A place among the dead letters.
    DeadLetter(Failure),
    /// The end of a pause. The broker learns that the last attempt does not count.
    Hold,
}

impl InFlight {
    pub(super) fn new(lanes: usize) -> Self {
        Self {
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            ids: HashSet::new(),
            keys: Keys::default(),
            finished: Vec::new(),
            returned: Vec::new(),
            alone: false,
            paused: false,
            stopping: false,
        }
    }

    /// Returns the number of messages in lanes.
    pub(super) fn len(&self) -> usize {
        self.ids.len() + self.lanes.iter().map(Lane::revoked).sum::<usize>()
    }

    /// Returns whether nothing else may be read.
    pub(super) fn is_closed(&self) -> bool {
        self.alone || self.paused
    }

    pub(super) fn has_finished(&self) -> bool {
        !self.finished.is_empty()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Returns the number of messages that wait for a lane.
    pub(super) fn queued(&self, lane: usize) -> usize {
        self.lanes[lane].queue.len()
    }

    /// Returns all messages in lanes, each with the number of attempts that have begun.
    pub(super) fn claims(&self) -> Vec<(EntryId, u32)> {
        let heads = self.lanes.iter().filter_map(|lane| lane.head.as_ref()).filter(|head| !head.is_revoked);
        let fresh = self.lanes.iter().flat_map(|lane| &lane.queue);
        let collected = self.lanes.iter().flat_map(|lane| lane.collected.iter());
        let heads = heads.map(|head| (head.id.clone(), head.begun));
        let waiting = fresh.chain(collected).map(|job| (job.entry.id.clone(), job.begun()));
        heads.chain(waiting).chain(self.lanes.iter().flat_map(Lane::claims_of_batch)).collect()
    }

    /// Returns when the next waiting message is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let lanes = self.lanes.iter().filter(|lane| lane.called.is_empty());
        let states = lanes.filter_map(|lane| Some(&lane.head.as_ref()?.state));
        let waiting = states.filter_map(|state| match state {
            MessageState::Waiting(waiting) if self.takes(&waiting.step) => Some(waiting.until),
            _ => None,
        });
        waiting.min()
    }

    /// Returns whether a lane runs receivers, or is about to run those of its batches.
    pub(super) fn is_running(&self, lane: usize) -> bool {
        let Lane { head, collected, called, .. } = &self.lanes[lane];
        let is_running = head.as_ref().is_some_and(|head| matches!(head.state, MessageState::Running));
        is_running || !called.is_empty() || collected.len() > 0
    }

    // Transitions of the coordinator.

    /// Takes a message in, and returns its lane: the one that has other messages of its key, or the one with the least to do.
    /// Returns `None` if the message is in flight already, as a broker that lost its connection may deliver it again.
    pub(super) fn receive(&mut self, job: Job) -> Option<usize> {
        if !self.ids.insert(job.entry.id.clone()) {
            return None;
        }
        self.alone |= job.entry.attempt > 1;
        let lanes = &self.lanes;
        let lane = self
            .keys
            .add(job.key, || (0..lanes.len()).min_by_key(|&lane| lanes[lane].burden()).unwrap_or_default());
        self.lanes[lane].queue.push_back(job);
        Some(lane)
    }

    /// Finishes a message that no lane needs to see. Returns whether it was not in flight.
    pub(super) fn pass_over(&mut self, id: &EntryId) -> bool {
        let is_new = !self.ids.contains(id);
        if is_new {
            self.finished.push(id.clone());
        }
        is_new
    }

    /// Returns a message that came too late: the consumer ends.
    pub(super) fn refuse(&mut self, entry: &Entry) {
        if !self.ids.contains(&entry.id) {
            self.returned.push((entry.id.clone(), entry.attempt.saturating_sub(1)));
        }
    }

    /// Drops messages that the broker revoked, and returns those that were not running. A lane that runs one goes on with the
    /// next message when it ends.
    pub(super) fn revoke(&mut self, ids: &[EntryId]) -> Vec<Job> {
        let ids: HashSet<_> = ids.iter().collect();
        let mut dropped = Vec::new();
        for lane in &mut self.lanes {
            let (revoked, kept) =
                lane.queue.drain(..).partition::<Vec<_>, _>(|job| ids.contains(&job.entry.id));
            lane.queue = kept.into();
            dropped.extend(revoked);
            let had_head = lane.head.is_some();
            match lane.head.take_if(|head| ids.contains(&head.id) && !head.is_revoked) {
                Some(Head { state: MessageState::Waiting(waiting), .. }) => dropped.push(waiting.job),
                Some(Head { state: MessageState::Held(job), .. }) => dropped.push(*job),
                Some(head) => {
                    // Its key stays, so that the next delivery waits for this one to end.
                    self.ids.remove(&head.id);
                    lane.head = Some(Head { is_revoked: true, ..head });
                }
                None => {}
            }
            dropped.extend(lane.collected.take_if(|job| ids.contains(&job.entry.id)));
            let (revoked, kept) =
                lane.failed.drain(..).partition::<Vec<_>, _>(|failed| ids.contains(&failed.job.entry.id));
            lane.failed = kept.into();
            dropped.extend(revoked.into_iter().map(|failed| failed.job));
            for called in lane.called.iter_mut().filter(|called| ids.contains(&called.id)) {
                self.ids.remove(&called.id);
                called.is_revoked = true;
            }
            if had_head {
                lane.advance();
            }
        }
        for job in &dropped {
            self.ids.remove(&job.entry.id);
            self.keys.remove(job.key);
        }
        self.finished.retain(|id| !ids.contains(id));
        self.returned.retain(|(id, _)| !ids.contains(id));
        self.alone = self.alone && self.len() > 0;
        dropped
    }

    /// Returns the messages that could start now if the broker knew of their attempts, each with the number of that attempt.
    pub(super) fn to_store(&self) -> Vec<(usize, EntryId, u32)> {
        if self.paused {
            return Vec::new();
        }
        let lanes = self.lanes.iter().enumerate();
        let next = lanes.flat_map(|(lane, known)| {
            let first = known.queue.front().filter(|job| known.head.is_none() && job.must_be_stored());
            let batch = known.complete.into_iter().flat_map(|receiver| known.collected.batch(receiver));
            let jobs = first.into_iter().chain(batch.filter(|job| job.attempt_must_be_stored()));
            jobs.map(move |job| (lane, job.entry.id.clone(), job.entry.attempt))
        });
        next.collect()
    }

    /// Returns whether the next message or batch of a lane waits until the broker knows of its attempts.
    pub(super) fn must_store(&self, lane: usize) -> bool {
        let Lane { queue, head, complete, .. } = &self.lanes[lane];
        (head.is_none() && queue.front().is_some_and(Job::must_be_stored)) || complete.is_some()
    }

    /// Returns whether a message waits until the broker knows of its attempt.
    pub(super) fn must_store_any(&self) -> bool {
        !self.paused && (0..self.lanes.len()).any(|lane| self.must_store(lane))
    }

    /// Lets these messages start: the broker knows of their attempts.
    pub(super) fn stored(&mut self, ids: &HashSet<EntryId>) {
        for lane in &mut self.lanes {
            let Lane { queue, collected, complete, .. } = lane;
            let is_complete = complete.take().is_some();
            let collected = collected.iter_mut().filter(|_| is_complete);
            for job in queue.front_mut().into_iter().chain(collected) {
                if ids.contains(&job.entry.id) {
                    job.stored();
                }
            }
        }
    }

    /// Takes the messages to acknowledge with the next call of the broker.
    pub(super) fn take_finished(&mut self) -> Vec<EntryId> {
        std::mem::take(&mut self.finished)
    }

    /// Takes back acknowledgements that may not have reached the broker, so that they are sent again.
    pub(super) fn not_acknowledged(&mut self, mut ids: Vec<EntryId>) {
        ids.append(&mut self.finished);
        self.finished = ids;
    }

    /// Takes a message whose next step is due, to record that step with the broker; only dead letters, if a stop was requested,
    /// and no retries during a pause. [`retry`](Self::retry), [`dead_lettered`](Self::dead_lettered), [`held`](Self::held) or
    /// [`put_back`](Self::put_back) on the lane that is returned comes next.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(usize, Waiting)> {
        for lane in 0..self.lanes.len() {
            let head = self.lanes[lane].head.as_ref();
            // The messages of a batch come before a message that was started after them.
            let is_calling = !self.lanes[lane].called.is_empty();
            let is_due = !is_calling
                && head.is_some_and(|head| {
                    matches!(&head.state, MessageState::Waiting(waiting)
                    if waiting.until <= now && self.takes(&waiting.step))
                });
            if is_due
                && let Some(Head { state, .. }) = &mut self.lanes[lane].head
                && let MessageState::Waiting(waiting) = std::mem::replace(state, MessageState::Recording)
            {
                return Some((lane, *waiting));
            }
        }
        None
    }

    /// Returns whether the next step may be taken now.
    fn takes(&self, step: &NextStep) -> bool {
        match step {
            NextStep::Retry => !self.stopping && !self.paused,
            NextStep::DeadLetter(_) => true,
            NextStep::Hold => !self.stopping,
        }
    }

    /// Keeps a message until the end of the pause, if the consumer is still paused.
    pub(super) fn held(&mut self, lane: usize, job: Job) {
        if self.paused {
            self.set_state(lane, MessageState::Held(Box::new(job)));
        } else {
            self.queue_first(lane, job);
        }
    }

    /// Begins or ends a pause. Returns whether that is a change. At the end, messages that were held are fresh again.
    pub(super) fn set_paused(&mut self, paused: bool) -> bool {
        let changes = paused != self.paused;
        self.paused = paused;
        if changes && !paused {
            for lane in 0..self.lanes.len() {
                if let Some(job) = self.take_held(lane) {
                    self.queue_first(lane, job);
                }
            }
        }
        changes
    }

    /// Lets a message that is held start, to try whether its receiver works again: the one of lane `first`, if that has one.
    /// Returns its lane.
    pub(super) fn probe(&mut self, first: usize) -> Option<usize> {
        for lane in [first].into_iter().chain(0..self.lanes.len()) {
            if let Some(mut job) = self.take_held(lane) {
                job.probe();
                self.queue_first(lane, job);
                return Some(lane);
            }
        }
        None
    }

    /// Returns whether a message is or may soon be held.
    pub(super) fn may_be_held(&self) -> bool {
        self.lanes.iter().any(|lane| !lane.called.is_empty())
            || self.lanes.iter().filter_map(|lane| lane.head.as_ref()).any(|head| match &head.state {
                MessageState::Running | MessageState::Recording | MessageState::Held(_) => true,
                MessageState::Waiting(waiting) => matches!(waiting.step, NextStep::Hold),
            })
    }

    /// Puts back a message whose next step the broker could not record. The step stays due.
    pub(super) fn put_back(&mut self, lane: usize, waiting: Waiting) {
        self.set_state(lane, MessageState::Waiting(Box::new(waiting)));
    }

    /// Queues a message for the attempt that the broker has recorded. It begins before anything else in the lane.
    pub(super) fn retry(&mut self, lane: usize, mut job: Job) {
        job.next_attempt();
        self.queue_first(lane, job);
    }

    /// Removes a message after the broker has stored its dead letter and acknowledged it.
    pub(super) fn dead_lettered(&mut self, lane: usize) {
        self.take_head(lane);
    }

    /// Begins a stop: no lane starts another message, and fresh messages are returned. Attempts that were stored and have not
    /// begun do not count.
    pub(super) fn stop(&mut self) {
        self.stopping = true;
        for job in self.lanes.iter_mut().flat_map(|lane| lane.queue.drain(..)) {
            self.ids.remove(&job.entry.id);
            self.keys.remove(job.key);
            self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
        }
        // The others of them are passed to their receivers.
        let paused = self.paused;
        for lane in &mut self.lanes {
            lane.complete = None;
            for job in lane.collected.take_if(|job| paused || job.attempt_must_be_stored()) {
                self.ids.remove(&job.entry.id);
                self.keys.remove(job.key);
                self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
            }
        }
    }

    /// Ends a stop and returns the messages that are left. The attempt of a receiver counts if it hangs in its lane.
    pub(super) fn end(&mut self, hangs: impl Fn(usize) -> bool) {
        for lane in 0..self.lanes.len() {
            self.end_batches(lane, hangs(lane));
            let Some(head) = self.take_head(lane) else { continue };
            if head.is_revoked {
                continue;
            }
            let attempts = match head.state {
                MessageState::Running if hangs(lane) => head.begun,
                MessageState::Waiting(waiting) if matches!(waiting.step, NextStep::Retry) => head.begun,
                // The last attempt is repeated, even if only its dead letter was missing. Neither a stop nor a pause counts
                // as an attempt.
                _ => head.aborted,
            };
            self.returned.push((head.id, attempts));
        }
    }

    /// Takes the messages to give back to the broker, with the number of attempts that count.
    pub(super) fn take_returned(&mut self) -> Vec<(EntryId, u32)> {
        std::mem::take(&mut self.returned)
    }

    // Transitions of a lane.

    /// Returns what a lane does next: a batch that is complete, or the next message. `is_full` says that no other message comes
    /// before some are settled.
    pub(super) fn next(&mut self, lane: usize, now: Instant, is_full: bool) -> Option<Task> {
        let batch = self.start_batch(lane, now, is_full);
        batch.or_else(|| self.start(lane).map(Task::Message))
    }

    /// Starts the next message of a lane, unless one is running or waiting, or its attempt must be stored first. A lane
    /// without messages takes one from a lane that is busy.
    pub(super) fn start(&mut self, lane: usize) -> Option<Job> {
        let Lane { queue, head, .. } = &self.lanes[lane];
        if self.stopping || head.is_some() {
            return None;
        }
        let job = match queue.front() {
            Some(next) => {
                let may_start = (!self.paused || next.is_probe()) && !next.must_be_stored();
                self.lanes[lane].queue.pop_front_if(|_| may_start)?
            }
            None => self.take_over(lane)?,
        };
        let aborted = job.entry.attempt.saturating_sub(1);
        self.lanes[lane].head = Some(Head {
            id: job.entry.id.clone(),
            key: job.key,
            begun: if job.is_probe() { aborted } else { job.entry.attempt },
            aborted,
            state: MessageState::Running,
            is_revoked: false,
        });
        Some(job)
    }

    /// Moves a message to an idle lane: one that waits behind the message of another key, and that is the only one of its key.
    fn take_over(&mut self, idle: usize) -> Option<Job> {
        /// The number of messages of each lane to look at. The first ones wait for the longest time.
        const NEXT: usize = 4;
        if self.paused {
            return None;
        }
        let keys = &self.keys;
        let may_move = |job: &Job| keys.is_single(job.key) && !job.must_be_stored() && !job.is_probe();
        let found = self.lanes.iter().enumerate().find_map(|(lane, Lane { queue, head, .. })| {
            head.as_ref()?;
            Some((lane, queue.iter().take(NEXT).position(may_move)?))
        });
        let (lane, index) = found?;
        let job = self.lanes[lane].queue.remove(index)?;
        self.keys.move_to(job.key, idle);
        Some(job)
    }

    /// Forgets the message that the lane has run if the broker revoked it meanwhile. Returns whether it did.
    pub(super) fn forget_revoked(&mut self, lane: usize) -> bool {
        let is_revoked = self.lanes[lane].has_revoked();
        if is_revoked {
            self.take_head(lane);
        }
        is_revoked
    }

    /// Finishes the lane's message.
    pub(super) fn succeed(&mut self, lane: usize) {
        let head = self.take_head(lane);
        self.finished.extend(head.map(|head| head.id));
    }

    /// Makes the lane's message wait for its next step after a failure.
    pub(super) fn fail(&mut self, lane: usize, waiting: Waiting) {
        if let Some(head) = &mut self.lanes[lane].head {
            let counts = !matches!(waiting.step, NextStep::Hold);
            head.begun = if counts { waiting.job.entry.attempt } else { head.aborted };
        }
        self.set_state(lane, MessageState::Waiting(Box::new(waiting)));
    }

    /// Returns the lane's message, whose failure ends the consumer. The attempt is repeated when an operator restarts
    /// the consumer.
    pub(super) fn give_back(&mut self, lane: usize) {
        let head = self.take_head(lane);
        self.returned.extend(head.map(|head| (head.id, head.aborted)));
    }

    /// Puts a message before the others of its lane, which is free then. If a stop has begun meanwhile, returns it.
    fn queue_first(&mut self, lane: usize, job: Job) {
        let lane = &mut self.lanes[lane];
        lane.head = None;
        if self.stopping {
            self.ids.remove(&job.entry.id);
            self.keys.remove(job.key);
            self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
        } else {
            lane.queue.push_front(job);
        }
    }

    /// Takes the message of a lane that is held.
    fn take_held(&mut self, lane: usize) -> Option<Job> {
        let lane = &mut self.lanes[lane];
        match lane.head.take_if(|head| matches!(head.state, MessageState::Held(_)))?.state {
            MessageState::Held(job) => Some(*job),
            _ => None,
        }
    }

    fn set_state(&mut self, lane: usize, state: MessageState) {
        if let Some(head) = &mut self.lanes[lane].head {
            head.state = state;
        }
    }

    fn take_head(&mut self, lane: usize) -> Option<Head> {
        let head = self.lanes[lane].head.take()?;
        self.keys.remove(head.key);
        if !head.is_revoked {
            self.ids.remove(&head.id);
        }
        self.lanes[lane].advance();
        self.alone = self.alone && self.len() > 0;
        Some(head)
    }
}

impl Lane {
    /// Returns how much a further message would have to wait for: more for a message that failed than for those that can run.
    fn burden(&self) -> (bool, usize) {
        let is_held_up = self.head.as_ref().is_some_and(|head| !matches!(head.state, MessageState::Running));
        let waiting = self.queue.len() + self.collected.len();
        (is_held_up, waiting + self.called.len() + usize::from(self.head.is_some()))
    }

    /// Lets the next message that failed in a batch be the head.
    fn advance(&mut self) {
        if self.head.is_none()
            && let Some(waiting) = self.failed.pop_front()
        {
            self.head = Some(Head::waiting(waiting));
        }
    }

    /// Returns how many messages run that the broker revoked.
    fn revoked(&self) -> usize {
        usize::from(self.has_revoked()) + self.called.iter().filter(|called| called.is_revoked).count()
    }

    /// Returns whether a message runs that the broker revoked.
    fn has_revoked(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.is_revoked)
    }
}
