//! The queue of background delivery: the state of each message, and every transition.
//!
//! ```text
//!            ┌─────────────────── away: the bus is down ────────────┐
//!            ▼                                                      │
//!   add ─► waiting ──────────── take ──────────────────────────► sending ─► delivered, or given up
//!            ▲                                                      │
//!            └── accepted ── refused topic ◄── the topic is refused ┘
//!                              │     ▲
//!                              ▼     │ one message at a time
//!                              take ─┘
//! ```
//!
//! Several calls of the bus may be open at a time. They end in the order in which they began. While the bus is down, all messages
//! wait. If it refuses a topic, for example because a permission is missing, the messages of
//! that topic wait apart, so that the others go on. Nothing in this file knows threads, the bus or the log.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    error::chain,
    event_bus::{
        broker::BusError,
        budget::{Amount, Permit},
        trouble::Trouble,
        wire::Envelope,
    },
};

/// The largest total size in bytes of the messages in one call of the bus. A single message may be larger.
const BATCH_SIZE: usize = 1 << 20;
/// The first and the longest pause before a refused topic is tried again; each pause is twice the one before.
const PROBE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// A message in the queue.
pub(super) struct Queued {
    pub(super) envelope: Envelope,
    pub(super) ticket: Ticket,
}

/// The content of a message in the queue.
pub(super) struct Ticket {
    pub(super) permit: Permit,
    /// When to give the message up if its topic is still refused.
    pub(super) give_up_at: Instant,
}

#[derive(Default)]
pub(super) struct Backlog {
    /// In order. No topic of these is refused.
    waiting: VecDeque<Queued>,
    refused: HashMap<Arc<str>, RefusedTopic>,
    /// The amount in refused topics.
    apart: Amount,
    /// The messages of open calls, in order.
    sending: VecDeque<Sending>,
    /// The number of calls so far.
    calls: u64,
    /// Why the bus is down, if it is.
    error: Option<String>,
    /// Whether the thread waits for messages. Only then does it need a wake-up, which is a system call.
    is_idle: bool,
    /// Whether the thread has removed messages to report that they are given up.
    pub(super) telling: bool,
    pub(super) ended: bool,
}

/// The messages of one call of the bus.
pub(super) struct Batch {
    /// Counts calls.
    pub(super) number: u64,
    pub(super) envelopes: Arc<[Envelope]>,
    pub(super) tickets: Vec<Ticket>,
}

/// An open call.
struct Sending {
    number: u64,
    envelopes: Arc<[Envelope]>,
    /// The refused topic whose first message it is.
    probes: Option<Arc<str>>,
}

/// The messages of a topic that the bus refuses.
struct RefusedTopic {
    /// In order.
    waiting: VecDeque<Queued>,
    error: BusError,
    /// The reasons that were told.
    trouble: Trouble,
    retry_at: Instant,
    pause: Duration,
    /// Whether an open call has its first message.
    is_probed: bool,
}

impl Backlog {
    /// Returns whether a message of `topic` may be added while the queue has room for `limit`. Refused topics may fill half
    /// of it.
    pub(super) fn may_add(&self, topic: &str, size: usize, limit: Amount) -> bool {
        self.refused.is_empty()
            || !self.refused.contains_key(topic)
            || self.apart.plus(Amount::of(size)).fits(limit.half())
    }

    /// Adds a message. Returns whether the thread must be woken.
    pub(super) fn add(&mut self, queued: Queued) -> bool {
        match self.refused.get_mut(&queued.envelope.topic) {
            Some(topic) => {
                self.apart = self.apart.plus(queued.ticket.permit.amount());
                topic.waiting.push_back(queued);
            }
            None => self.waiting.push_back(queued),
        }
        mem::take(&mut self.is_idle)
    }

    /// Returns whether the outcome of every message was reported.
    pub(super) fn is_empty(&self) -> bool {
        let is_open = !self.waiting.is_empty() || !self.sending.is_empty() || self.telling;
        !is_open && self.refused.values().all(|topic| topic.waiting.is_empty())
    }

    #[cfg(test)]
    pub(super) fn is_refused(&self, topic: &str) -> bool {
        self.refused.contains_key(topic)
    }

    /// Returns why messages wait; `topic` is the one of a message that finds no room.
    pub(super) fn reason(&self, topic: &str) -> String {
        let refused = self.refused.get(topic).or_else(|| self.refused.values().next());
        let reason = || self.error.clone().or_else(|| refused.map(|refused| chain(&refused.error)));
        reason().unwrap_or_else(|| "the bus is slower than the senders".to_owned())
    }

    // Transitions of the thread.

    /// Takes the messages to send next, at most `most`: the first one of a refused topic whose pause is over, otherwise those
    /// that waited longest. Returns `None` if none is due.
    pub(super) fn take(&mut self, most: usize, now: impl FnOnce() -> Instant) -> Option<Batch> {
        self.is_idle = false;
        let probe = if self.refused.is_empty() { None } else { self.take_probe(now()) };
        let probes = probe.as_ref().map(|probe| Arc::clone(&probe.envelope.topic));
        let count = if probe.is_some() { 0 } else { self.count_next(most) };
        let mut tickets = Vec::with_capacity(count.max(1));
        let envelopes: Arc<[Envelope]> = probe
            .into_iter()
            .chain(self.waiting.drain(..count))
            .map(|Queued { envelope, ticket }| {
                tickets.push(ticket);
                envelope
            })
            .collect();
        if envelopes.is_empty() {
            return None;
        }
        self.calls += 1;
        let number = self.calls;
        self.sending.push_back(Sending { number, envelopes: Arc::clone(&envelopes), probes });
        Some(Batch { number, envelopes, tickets })
    }

    /// Returns how many of the waiting messages go into the next call, at most `most`.
    fn count_next(&self, most: usize) -> usize {
        let mut size = 0;
        let fits = |queued: &&Queued| {
            size += queued.envelope.message.size();
            size <= BATCH_SIZE
        };
        let count = self.waiting.iter().take(most).take_while(fits).count().max(1);
        count.min(self.waiting.len())
    }

    fn take_probe(&mut self, now: Instant) -> Option<Queued> {
        let due = self.refused.values_mut().filter(|topic| topic.retry_at <= now && !topic.is_probed);
        let topic = due.min_by_key(|topic| topic.retry_at)?;
        let probe = topic.waiting.pop_front()?;
        topic.is_probed = true;
        self.apart = self.apart.minus(probe.ticket.permit.amount());
        Some(probe)
    }

    /// Takes the messages of refused topics whose time is over, each with the error of its topic.
    pub(super) fn take_overdue(&mut self, now: impl FnOnce() -> Instant) -> Vec<(Queued, BusError)> {
        let mut overdue = Vec::new();
        if self.refused.is_empty() {
            return overdue;
        }
        let now = now();
        for topic in self.refused.values_mut() {
            while topic.waiting.front().is_some_and(|queued| queued.ticket.give_up_at <= now)
                && let Some(queued) = topic.waiting.pop_front()
            {
                self.apart = self.apart.minus(queued.ticket.permit.amount());
                overdue.push((queued, topic.error.clone()));
            }
        }
        self.refused.retain(|_, topic| !topic.waiting.is_empty());
        overdue
    }

    /// Notes that the thread waits. Returns when it has something to do, if no message is added.
    pub(super) fn idle(&mut self) -> Option<Instant> {
        self.is_idle = true;
        let due = |topic: &RefusedTopic| {
            let give_up_at = topic.waiting.front().map(|queued| queued.ticket.give_up_at);
            give_up_at.map_or(topic.retry_at, |at| at.min(topic.retry_at))
        };
        self.refused.values().map(due).min()
    }

    /// Notes why the bus is down, or that it is not.
    pub(super) fn answered(&mut self, error: Option<String>) {
        self.error = error;
    }

    /// Notes that the bus is down while it still sends.
    pub(super) fn is_down(&mut self, error: String) {
        self.error = Some(error);
    }

    /// Ends the oldest open call. Returns whether its messages were still in the queue: a flush that timed out in the meantime has
    /// taken them, and has reported their outcome.
    pub(super) fn sent(&mut self, number: u64) -> bool {
        let Some(Sending { probes, .. }) = self.sending.pop_front_if(|call| call.number == number) else {
            return false;
        };
        if let Some(topic) = probes.and_then(|topic| self.refused.get_mut(&topic)) {
            topic.is_probed = false;
        }
        true
    }

    /// Returns whether the messages of an open call are still in the queue.
    pub(super) fn has(&self, number: u64) -> bool {
        self.sending.front().is_some_and(|call| call.number <= number)
    }

    /// Puts back the messages of calls that may succeed another time, in order.
    pub(super) fn put_back(&mut self, again: Vec<Queued>) {
        for queued in again.into_iter().rev() {
            match self.refused.get_mut(&queued.envelope.topic) {
                Some(topic) => {
                    self.apart = self.apart.plus(queued.ticket.permit.amount());
                    topic.waiting.push_front(queued);
                }
                None => self.waiting.push_front(queued),
            }
        }
    }

    /// Makes the messages of a topic wait apart. Returns their number, if the topic was not refused for this reason before.
    pub(super) fn refuse(&mut self, topic: &Arc<str>, error: BusError, now: Instant) -> Option<usize> {
        if let Some(refused) = self.refused.get_mut(topic) {
            refused.pause = (refused.pause * 2).min(PROBE.1);
            refused.retry_at = now + refused.pause;
            let is_new = refused.trouble.failed(&chain(&error), now);
            refused.error = error;
            return is_new.then_some(refused.waiting.len());
        }
        let all = mem::take(&mut self.waiting).into_iter();
        let (waiting, others): (VecDeque<_>, _) = all.partition(|queued| queued.envelope.topic == *topic);
        self.waiting = others;
        self.apart = waiting.iter().fold(self.apart, |sum, queued| sum.plus(queued.ticket.permit.amount()));
        let count = waiting.len();
        let mut trouble = Trouble::default();
        trouble.failed(&chain(&error), now);
        let (retry_at, pause) = (now + PROBE.0, PROBE.0);
        let refused = RefusedTopic { waiting, error, trouble, retry_at, pause, is_probed: false };
        self.refused.insert(Arc::clone(topic), refused);
        Some(count)
    }

    /// Lets the messages of a topic wait with the others again. Returns how long it was refused, if it was.
    pub(super) fn accept(&mut self, topic: &str, now: Instant) -> Option<Duration> {
        let mut refused = self.refused.remove(topic)?;
        for queued in refused.waiting.into_iter().rev() {
            self.apart = self.apart.minus(queued.ticket.permit.amount());
            self.waiting.push_front(queued);
        }
        refused.trouble.succeeded(Duration::ZERO, now)
    }

    // Transitions of a flush.

    /// Takes out all messages, including those that the bus is sending, each with the reason why it is still here.
    pub(super) fn take_all(&mut self) -> Vec<(Envelope, BusError)> {
        self.apart = Amount::default();
        let reason = self.error.as_deref().unwrap_or("not sent in time");
        let late = BusError::transient(reason);
        let waiting = mem::take(&mut self.waiting).into_iter().map(|queued| queued.envelope);
        let late = |envelope: Envelope| {
            let refused = self.refused.get(&envelope.topic).map(|topic| topic.error.clone());
            (envelope, refused.unwrap_or_else(|| late.clone()))
        };
        let sending = mem::take(&mut self.sending);
        let sending = sending.iter().flat_map(|call| call.envelopes.iter().cloned());
        let mut all: Vec<_> = sending.chain(waiting).map(late).collect();
        for (_, topic) in self.refused.drain() {
            all.extend(topic.waiting.into_iter().map(|queued| (queued.envelope, topic.error.clone())));
        }
        all
    }
}
