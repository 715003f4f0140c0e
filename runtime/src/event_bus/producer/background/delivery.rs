//! The thread of background delivery: gives messages to the bus, and settles their outcomes.
//!
//! Several calls of the bus are open at a time, so that the bus has the next messages before the broker has confirmed the last
//! ones. They are settled in the order in which they began. If messages must be sent again, no other call begins until all open
//! calls have ended, because later messages must not overtake them.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{
    super::{
        ObservedProducer,
        backlog::{Batch, Queued},
        error::Undelivered,
    },
    Queue,
    settled::Settled,
};
use crate::{
    error::chain,
    event_bus::{
        broker::{Begun, BusError, OpenSend},
        trouble::Trouble,
        wire::EntryId,
    },
};

/// The largest number of messages in one call of the bus.
const BATCH: usize = 500;
/// The largest number of open calls.
const OPEN: usize = 8;
/// How often the thread looks for new messages while it waits for a call: the first interval at the beginning, and the second
/// once the call has taken longer than that.
const GLANCE: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(20));
/// The first and the longest pause after a failed call; each pause is twice the one before.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

pub(super) struct Delivery {
    queue: Arc<Queue>,
    /// How long a call may take.
    timeout: Duration,
    open: VecDeque<Call>,
    /// The largest number of messages in the next call.
    most: usize,
}

/// A call of the bus.
struct Call {
    batch: Batch,
    begun: Begun,
    deadline: Instant,
}

/// A call that has ended.
struct Ended {
    batch: Batch,
    outcomes: Vec<Result<EntryId, BusError>>,
}

impl Ended {
    /// Returns whether messages are sent again.
    fn leaves_some(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.as_ref().is_err_and(|error| !error.is_refused()))
    }
}

impl Delivery {
    /// Each call of the bus has `timeout`.
    pub(super) fn new(queue: Arc<Queue>, timeout: Duration) -> Self {
        Self { queue, timeout, open: VecDeque::new(), most: BATCH }
    }

    /// Works until the queue has ended and is empty.
    pub(super) fn run(mut self) {
        let mut pause = RETRY.0;
        while self.begin() {
            let ended = self.end();
            if self.queue.settle(ended) {
                pause = RETRY.0;
                self.most = (self.most * 2).min(BATCH);
            } else {
                // A connection that is slow or breaks repeatedly may still carry a smaller batch, while a large one would
                // be sent, and arrive in part, each time.
                self.most = (self.most / 4).max(1);
                thread::sleep(pause);
                pause = (pause * 2).min(RETRY.1);
            }
        }
    }

    /// Begins calls while there are messages. Waits for messages if no call is open. Returns whether a call is open.
    fn begin(&mut self) -> bool {
        let most_open = if self.most < BATCH { 1 } else { OPEN };
        while self.open.len() < most_open {
            let Some(batch) = self.queue.take(self.most, self.open.is_empty()) else { break };
            let deadline = Instant::now() + self.timeout;
            let begun = self.queue.producer.begin(&batch.envelopes, deadline);
            let is_settled = matches!(begun, Begun::Settled(_));
            self.open.push_back(Call { batch, begun, deadline });
            if is_settled {
                break;
            }
        }
        !self.open.is_empty()
    }

    /// Ends the oldest call, or all calls if messages of that one are sent again. Begins other calls while it waits.
    fn end(&mut self) -> Vec<Ended> {
        let Some(oldest) = self.end_oldest(true) else { return Vec::new() };
        let mut all = vec![oldest];
        if all[0].leaves_some() {
            while let Some(ended) = self.end_oldest(false) {
                all.push(ended);
            }
        }
        all
    }

    /// Waits until the oldest call ends. If it times out, the bus continues to send the messages, because it keeps their order;
    /// unless the error is permanent, or a flush has reported the outcome of the messages.
    fn end_oldest(&mut self, begins_others: bool) -> Option<Ended> {
        let since = Instant::now();
        loop {
            let Call { batch, begun, deadline } = self.open.front_mut()?;
            let now = Instant::now();
            let glance = if now - since < GLANCE.1 { GLANCE.0 } else { GLANCE.1 };
            let until = if begins_others { (now + glance).min(*deadline) } else { *deadline };
            let outcomes = match begun {
                Begun::Settled(outcomes) => Some(mem::take(outcomes)),
                Begun::Open(open) => ObservedProducer::wait(&mut **open, until, batch.envelopes.len()),
            };
            if let Some(outcomes) = outcomes {
                return self.open.pop_front().map(|Call { batch, .. }| Ended { batch, outcomes });
            }
            if now >= *deadline
                && let Begun::Open(open) = begun
            {
                *deadline = now + RETRY.1;
                self.queue.is_late(batch, &mut **open);
            }
            if begins_others {
                self.begin();
            }
        }
    }
}

impl Queue {
    /// Takes the messages to send next, at most `most`. Returns `None` if there are none; if `waits` is set, only at the end.
    fn take(&self, most: usize, waits: bool) -> Option<Batch> {
        let mut backlog = self.backlog();
        loop {
            let overdue = backlog.take_overdue(Instant::now);
            if !overdue.is_empty() {
                backlog.telling = true;
                drop(backlog);
                self.give_up(overdue);
                backlog = self.backlog();
            }
            let batch = backlog.take(most, Instant::now);
            if batch.is_some() || !waits || (backlog.ended && backlog.is_empty()) {
                return batch;
            }
            backlog = match backlog.idle() {
                None => self.added.wait(backlog).unwrap_or_else(PoisonError::into_inner),
                Some(due) => {
                    let left = due.saturating_duration_since(Instant::now());
                    let waited = self.added.wait_timeout(backlog, left);
                    waited.map_or_else(|poisoned| poisoned.into_inner().0, |(backlog, _)| backlog)
                }
            };
        }
    }

    /// Decides what happens to a call whose time is over.
    fn is_late(&self, batch: &Batch, open: &mut dyn OpenSend) {
        let reason = open.reason();
        if !reason.is_transient() || !self.backlog().has(batch.number) {
            open.take_back();
            return;
        }
        let error = chain(&reason);
        self.fails(batch.envelopes.len(), &error);
        self.backlog().is_down(error);
    }

    /// Logs that the bus does not accept messages, but not each time.
    fn fails(&self, waiting: usize, error: &str) {
        let is_new = self.trouble().failed(error, Instant::now());
        if is_new {
            tracing::warn!(waiting, error, "the event bus does not accept messages: they wait in a queue");
        } else {
            tracing::debug!(waiting, error, "the event bus still does not accept messages");
        }
    }

    /// Logs that the bus accepts messages again.
    fn works(&self) {
        let time = self.trouble().succeeded(Duration::ZERO, Instant::now());
        if let Some(time) = time {
            tracing::warn!(seconds = time.as_secs_f64(), "the event bus accepts messages again");
        }
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Settles the messages of calls that have ended. Returns whether the bus was up.
    fn settle(&self, ended: Vec<Ended>) -> bool {
        // A flush that timed out has reported the outcome of the others.
        let (mut ours, mut others) = (Settled::default(), Settled::default());
        for Ended { batch, outcomes } in ended {
            let is_ours = self.backlog().has(batch.number);
            let settled = if is_ours { &mut ours } else { &mut others };
            settled.calls.push(batch.number);
            for ((envelope, ticket), outcome) in batch.envelopes.iter().zip(batch.tickets).zip(outcomes) {
                match outcome {
                    Ok(_) => {
                        // This notifies the observers, and returns no error.
                        drop(self.producer.settled(envelope, outcome));
                        settled.delivered(envelope, ticket.permit);
                    }
                    Err(error) => settled.failed(envelope, ticket, error),
                }
            }
        }
        let down = ours.down.take().or(others.down.take());
        let is_up = down.is_none();
        if let Some(error) = &down {
            self.fails(ours.again.len() + others.again.len(), error);
        } else if ours.accepted.is_some() || others.accepted.is_some() {
            self.works();
        }
        let Settled { calls, again, given_up, refused, accepted, room, .. } = ours;
        let mut backlog = self.backlog();
        backlog.answered(down);
        // A flush may have taken the messages in the meantime.
        let mut is_ours = false;
        for number in calls {
            is_ours |= backlog.sent(number);
        }
        let mut news = Vec::new();
        if is_ours {
            backlog.put_back(again);
            let now = Instant::now();
            if let Some(topic) = accepted {
                news.extend(backlog.accept(&topic, now).map(|time| (topic, Err(time))));
            }
            for (topic, error) in refused {
                let reason = chain(&error);
                news.extend(backlog.refuse(&topic, error, now).map(|count| (topic, Ok((count, reason)))));
            }
            backlog.telling = !given_up.is_empty();
        }
        drop(backlog);
        drop((room, others));
        for (topic, refusal) in news {
            self.tell(&topic, refusal);
        }
        if is_ours {
            self.give_up(given_up);
        }
        self.settled.notify_all();
        is_up
    }

    /// Logs that a topic is refused, with the number of messages and the reason, or is accepted again after a time.
    fn tell(&self, topic: &str, refusal: Result<(usize, String), Duration>) {
        match refusal {
            Ok((waiting, error)) => tracing::warn!(
                topic,
                waiting,
                error,
                "the event bus refuses the messages of a topic: they wait in a queue, and other topics continue"
            ),
            Err(time) => {
                let seconds = time.as_secs_f64();
                tracing::warn!(topic, seconds, "the event bus accepts the messages of the topic again");
                // A sender may have waited for the part of the queue that refused topics may fill.
                self.budget.change();
            }
        }
    }

    /// Reports the outcome of messages that are not sent again, which `Backlog::telling` announces.
    fn give_up(&self, given_up: Vec<(Queued, BusError)>) {
        if given_up.is_empty() {
            return;
        }
        for (Queued { envelope, ticket }, error) in given_up {
            if let Err(error) = self.producer.settled(&envelope, Err(error)) {
                self.given_up.add(Undelivered { envelope, error }, ticket.permit);
            }
        }
        self.backlog().telling = false;
        // Senders to a refused topic find room even if these messages stay for a flush.
        self.budget.change();
        self.settled.notify_all();
    }
}
