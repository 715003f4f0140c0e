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
//!   Running, after a try, if other receivers need it ────────────► Fresh
//!   Fresh, Waiting and Held, at a stop ──────────────────────────► returned, for this member or another
//!   Fresh, Waiting and Held, revoked by the broker ──────────────► gone; Running ends, and nobody hears of it
//! ```
//!
//! Messages with batch receivers take a longer way, in [`batches`].
//!
//! A message is in one place: in the queue of its lane while it is fresh, at the head of its lane until it is settled, then in
//! one of the two lists. Nothing in this file knows threads, the broker or the log.

mod batches;
mod beginnings;
mod collected;
mod keys;
mod lane;
mod next_steps;
mod pause;
mod revoked;
mod stop;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, time::Instant};

pub(super) use batches::{BatchEnd, Task};
pub(super) use collected::Place;
use keys::Keys;
use lane::{Head, Lane, MessageState};
pub(super) use lane::{NextStep, Waiting};

use super::job::Job;
use crate::event_bus::wire::EntryId;

/// All messages between their delivery and their acknowledgement.
pub(super) struct InFlight {
    lanes: Vec<Lane>,
    /// The messages in lanes.
    ids: HashSet<EntryId>,
    /// The number of messages that were received so far.
    received: u64,
    /// The lane of each key.
    keys: Keys,
    /// Done, and to be acknowledged.
    finished: Vec<EntryId>,
    /// Not done, and to be given back, with the number of attempts that count.
    returned: Vec<(EntryId, u32)>,
    /// Whether a message in flight was tried before, by a process that it may have crashed. Nothing else is read until it is
    /// settled.
    alone: bool,
    /// Whether no lane starts a message, except one that is tried.
    paused: bool,
    stopping: bool,
}

impl InFlight {
    pub(super) fn new(lanes: usize) -> Self {
        Self {
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            ids: HashSet::new(),
            received: 0,
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

    /// Returns whether a lane runs receivers, or is about to run its batch receivers.
    pub(super) fn is_running(&self, lane: usize) -> bool {
        let Lane { head, collected, called, .. } = &self.lanes[lane];
        let is_running = head.as_ref().is_some_and(|head| matches!(head.state, MessageState::Running));
        is_running || !called.is_empty() || collected.len() > 0
    }

    // Transitions of the coordinator.

    /// Accepts a message, and returns its lane: the one that has other messages of its key, or the one with the least to do.
    /// Returns `None` if the message is in flight already, as a broker that lost its connection may deliver it again.
    pub(super) fn receive(&mut self, mut job: Job) -> Option<usize> {
        if !self.ids.insert(job.entry.id.clone()) {
            return None;
        }
        self.alone |= job.entry.attempt > 1;
        job.order = self.received;
        self.received += 1;
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

    /// Takes the messages to acknowledge with the next call of the broker.
    pub(super) fn take_finished(&mut self) -> Vec<EntryId> {
        std::mem::take(&mut self.finished)
    }

    /// Takes back acknowledgements that may not have reached the broker, so that they are sent again.
    pub(super) fn not_acknowledged(&mut self, mut ids: Vec<EntryId>) {
        ids.append(&mut self.finished);
        self.finished = ids;
    }

    // Transitions of a lane.

    /// Returns what a lane does next: a batch that is complete, or the next message. `is_full` says that no other message can
    /// arrive before some are settled.
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
                let may_start = (!self.paused || next.is_probe())
                    && !next.must_be_stored()
                    && !self.lanes[lane].next_waits_for_batches();
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

    /// Finishes the lane's message.
    pub(super) fn succeed(&mut self, lane: usize) {
        let head = self.take_head(lane);
        self.finished.extend(head.map(|head| head.id));
    }

    /// Puts a message in front of the others of its lane, which becomes free. If a stop has begun meanwhile, returns it.
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
