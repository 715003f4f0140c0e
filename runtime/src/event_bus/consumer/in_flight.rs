//! The messages that this member received and has not settled: the state of each, and every transition.
//!
//! ```text
//!                 start           succeed
//!   receive ─► Fresh ──► Running ──────────────────────────► finished, until the broker has the acknowledgement
//!                ▲         │ fail
//!                │         ▼   take_due          dead_lettered
//!                │      Waiting ───────► Recording ────────► gone, as a dead letter
//!                └───────────────────────────┘ retry
//!   Fresh and Waiting, at a stop ──────────────────────────► returned, for this member or another
//! ```
//!
//! A message is in one state, and belongs to one lane, which handles its messages one after another. Nothing in this file
//! knows threads, the broker or the log.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use super::{error::ConsumeError, job::Job};
use crate::{
    event_bus::wire::{dead_letter::Failure, entry::EntryId},
    receiver::FullName,
};

/// All messages between their delivery and their acknowledgement.
pub(super) struct InFlight {
    messages: HashMap<EntryId, Tracked>,
    lanes: Vec<Lane>,
    /// Done, and to be acknowledged.
    finished: Vec<EntryId>,
    /// Not done, and to be given back, with the number of attempts that count.
    returned: Vec<(EntryId, u32)>,
    /// A message that was delivered before is in flight: nothing else is read until it is settled.
    redelivered: bool,
    stopping: bool,
}

struct Tracked {
    lane: usize,
    /// The number of the attempt that has begun, or begins next.
    attempt: u32,
    state: State,
}

enum State {
    /// Waits for its lane.
    Fresh(Job),
    /// Its lane runs the receivers.
    Running { receiver: Option<(FullName, Instant)> },
    /// Failed, and waits for its next step. Nothing in its lane overtakes it.
    Waiting(Waiting),
    /// The broker is being told of the next step.
    Recording,
}

/// A message that failed.
pub(super) struct Waiting {
    pub(super) until: Instant,
    pub(super) job: Job,
    pub(super) step: NextStep,
}

/// What a message that failed waits for.
pub(super) enum NextStep {
    /// Another attempt.
    Retry,
    /// A place among the dead letters.
    DeadLetter(Failure),
}

#[derive(Default)]
struct Lane {
    /// Fresh messages, in order.
    queue: VecDeque<EntryId>,
    /// The message that is running, waiting or being recorded.
    current: Option<EntryId>,
}

/// A receiver that took too long, and its message.
pub(super) struct Hung {
    receiver: FullName,
    entry: EntryId,
}

impl Hung {
    pub(super) fn into_error(self, timeout: Duration) -> ConsumeError {
        ConsumeError::ReceiverTimedOut { receiver: self.receiver.to_string(), entry: self.entry, timeout }
    }
}

impl InFlight {
    pub(super) fn new(lanes: usize) -> Self {
        Self {
            messages: HashMap::new(),
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            finished: Vec::new(),
            returned: Vec::new(),
            redelivered: false,
            stopping: false,
        }
    }

    // What the coordinator asks.

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether nothing else may be read.
    pub(super) fn has_redelivered(&self) -> bool {
        self.redelivered
    }

    pub(super) fn has_finished(&self) -> bool {
        !self.finished.is_empty()
    }

    /// All messages in flight, each with the number of attempts that have begun.
    pub(super) fn claims(&self) -> Vec<(EntryId, u32)> {
        self.messages.iter().map(|(id, tracked)| (id.clone(), tracked.attempt)).collect()
    }

    /// When the next message that waits is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let waiting =
            self.lanes.iter().filter_map(|lane| match &self.messages.get(lane.current.as_ref()?)?.state {
                State::Waiting(waiting) => Some(waiting.until),
                _ => None,
            });
        waiting.min()
    }

    pub(super) fn is_running(&self, lane: usize) -> bool {
        self.running(lane).is_some()
    }

    /// The receiver of a lane that has taken longer than `timeout`.
    pub(super) fn hung(&self, lane: usize, timeout: Duration, now: Instant) -> Option<Hung> {
        let (entry, receiver) = self.running(lane)?;
        let (receiver, since) = receiver.as_ref()?;
        let is_hung = now.saturating_duration_since(*since) > timeout;
        is_hung.then(|| Hung { receiver: *receiver, entry: entry.clone() })
    }

    fn running(&self, lane: usize) -> Option<(&EntryId, &Option<(FullName, Instant)>)> {
        let id = self.lanes[lane].current.as_ref()?;
        match &self.messages.get(id)?.state {
            State::Running { receiver } => Some((id, receiver)),
            _ => None,
        }
    }

    // Transitions of the coordinator.

    /// Takes a message in. Returns whether it is new: a broker that lost its connection may deliver a message that is still
    /// in flight.
    pub(super) fn receive(&mut self, job: Job, lane: usize) -> bool {
        let (id, attempt) = (job.entry.id.clone(), job.entry.attempt);
        if self.messages.contains_key(&id) {
            return false;
        }
        self.redelivered |= attempt > 1;
        self.lanes[lane].queue.push_back(id.clone());
        self.messages.insert(id, Tracked { lane, attempt, state: State::Fresh(job) });
        true
    }

    /// Finishes a message that no lane needs to see. Returns whether it was not in flight.
    pub(super) fn pass_over(&mut self, id: &EntryId) -> bool {
        let is_new = !self.messages.contains_key(id);
        if is_new {
            self.finished.push(id.clone());
        }
        is_new
    }

    /// Takes the messages to acknowledge with the next call of the broker.
    pub(super) fn take_finished(&mut self) -> Vec<EntryId> {
        std::mem::take(&mut self.finished)
    }

    /// The broker may not have these acknowledgements: they go out again.
    pub(super) fn not_acknowledged(&mut self, mut ids: Vec<EntryId>) {
        ids.append(&mut self.finished);
        self.finished = ids;
    }

    /// Takes a message whose next step is due, to record that step with the broker; only dead letters, if a stop was
    /// asked for. [`retry`](Self::retry), [`dead_lettered`](Self::dead_lettered) or [`put_back`](Self::put_back) comes next.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Waiting> {
        for lane in &self.lanes {
            let Some(tracked) = lane.current.as_ref().and_then(|id| self.messages.get_mut(id)) else {
                continue;
            };
            let is_due = matches!(&tracked.state, State::Waiting(Waiting { until, step, .. })
                if *until <= now && (!self.stopping || matches!(step, NextStep::DeadLetter(_))));
            if is_due && let State::Waiting(waiting) = std::mem::replace(&mut tracked.state, State::Recording)
            {
                return Some(waiting);
            }
        }
        None
    }

    /// The broker could not record the next step: it stays due.
    pub(super) fn put_back(&mut self, waiting: Waiting) {
        if let Some(tracked) = self.messages.get_mut(&waiting.job.entry.id) {
            tracked.state = State::Waiting(waiting);
        }
    }

    /// The broker recorded another attempt, which begins before anything else in the lane. Returns the lane.
    pub(super) fn retry(&mut self, mut job: Job) -> Option<usize> {
        let tracked = self.messages.get_mut(&job.entry.id)?;
        job.entry.attempt += 1;
        tracked.attempt = job.entry.attempt;
        let lane = &mut self.lanes[tracked.lane];
        lane.current = None;
        lane.queue.push_front(job.entry.id.clone());
        tracked.state = State::Fresh(job);
        Some(tracked.lane)
    }

    /// The broker stored the dead letter, and acknowledged the message. Returns the lane.
    pub(super) fn dead_lettered(&mut self, id: &EntryId) -> Option<usize> {
        let lane = self.remove(id)?;
        self.lanes[lane].current = None;
        Some(lane)
    }

    /// Begins a stop: no lane starts another message, and fresh ones are returned without the attempt that their delivery
    /// counted.
    pub(super) fn stop(&mut self) {
        self.stopping = true;
        for lane in &mut self.lanes {
            for id in lane.queue.drain(..) {
                if let Some(tracked) = self.messages.remove(&id) {
                    self.returned.push((id, tracked.attempt.saturating_sub(1)));
                }
            }
        }
    }

    /// Ends a stop: returns what is left. A receiver that is hung keeps its message, and the attempt counts.
    pub(super) fn end(&mut self, timeout: Duration, now: Instant) -> Vec<Hung> {
        let hung: Vec<_> = (0..self.lanes.len()).filter_map(|lane| self.hung(lane, timeout, now)).collect();
        for (id, tracked) in self.messages.drain() {
            let attempts = match tracked.state {
                State::Running { .. } if hung.iter().any(|hung| hung.entry == id) => continue,
                State::Waiting(Waiting { step: NextStep::Retry, .. }) => tracked.attempt,
                // The last attempt is made again, and the dead letter with it. A stop does not count as an attempt.
                _ => tracked.attempt.saturating_sub(1),
            };
            self.returned.push((id, attempts));
        }
        hung
    }

    /// Takes the messages to give back to the broker, with the number of attempts that count.
    pub(super) fn take_returned(&mut self) -> Vec<(EntryId, u32)> {
        std::mem::take(&mut self.returned)
    }

    // Transitions of a lane.

    /// Starts the next message of a lane, unless one is running or waiting.
    pub(super) fn start(&mut self, lane: usize) -> Option<Job> {
        let Lane { queue, current } = &mut self.lanes[lane];
        if self.stopping || current.is_some() {
            return None;
        }
        let id = queue.pop_front()?;
        let tracked = self.messages.get_mut(&id)?;
        *current = Some(id);
        match std::mem::replace(&mut tracked.state, State::Running { receiver: None }) {
            State::Fresh(job) => Some(job),
            other => {
                tracked.state = other;
                None
            }
        }
    }

    /// The lane's message is with this receiver now.
    pub(super) fn begin(&mut self, lane: usize, name: FullName, now: Instant) {
        let current = self.lanes[lane].current.as_ref();
        if let Some(tracked) = current.and_then(|id| self.messages.get_mut(id)) {
            tracked.state = State::Running { receiver: Some((name, now)) };
        }
    }

    /// The lane's message is done.
    pub(super) fn succeed(&mut self, lane: usize) {
        if let Some(id) = self.lanes[lane].current.take() {
            self.remove(&id);
            self.finished.push(id);
        }
    }

    /// The lane's message failed.
    pub(super) fn fail(&mut self, lane: usize, waiting: Waiting) {
        let current = self.lanes[lane].current.as_ref();
        if let Some(tracked) = current.and_then(|id| self.messages.get_mut(id)) {
            tracked.state = State::Waiting(waiting);
        }
    }

    /// The lane's message failed, and the consumer ends for it: it is tried again when an operator starts it again.
    pub(super) fn give_back(&mut self, lane: usize) {
        if let Some(id) = self.lanes[lane].current.take()
            && let Some(tracked) = self.messages.remove(&id)
        {
            self.returned.push((id, tracked.attempt.saturating_sub(1)));
        }
    }

    /// The number of messages that wait for a lane.
    pub(super) fn queued(&self, lane: usize) -> usize {
        self.lanes[lane].queue.len()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping
    }

    fn remove(&mut self, id: &EntryId) -> Option<usize> {
        let lane = self.messages.remove(id)?.lane;
        self.redelivered &= !self.messages.is_empty();
        Some(lane)
    }
}
