//! Background delivery: a queue, and a thread that empties it.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{
    ObservedProducer,
    backlog::{Backlog, Queued, Ticket},
    error::{ProduceError, Undelivered},
    given_up::{GivenUp, OnUndelivered},
};
use crate::{
    error::chain,
    event_bus::{
        broker::BusError,
        budget::{Amount, Budget, Permit},
        observe::spawn,
        wire::{EntryId, Envelope},
    },
};

/// The number of messages that the queue holds; further senders wait.
const CAPACITY: usize = 10_000;
/// The largest number of messages in one call of the bus.
const BATCH: usize = 500;
/// The first and the longest pause after a failed call; each pause is twice the one before.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// The limits of a queue.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) room: Amount,
    /// How long a message of a refused topic is sent again after its deadline.
    pub(super) patience: Duration,
}

impl Limits {
    pub(super) fn new(bytes: usize) -> Self {
        Self { room: Amount { messages: CAPACITY, bytes }, patience: Duration::from_secs(10) }
    }
}

pub(super) struct Background(Arc<Queue>);

struct Queue {
    producer: ObservedProducer,
    backlog: Mutex<Backlog>,
    /// The room for messages whose fate is open: those in the backlog, and those that are given up and stay for a flush.
    budget: Arc<Budget>,
    given_up: GivenUp,
    patience: Duration,
    /// Notified when a message is added or the queue ends.
    added: Condvar,
    /// Notified when the thread has settled messages.
    settled: Condvar,
}

/// The limit that keeps a message out of the queue.
enum NoRoom {
    Queue,
    RefusedTopics,
}

impl Background {
    /// Starts the thread. Each call of the bus has `timeout`.
    pub(super) fn start(
        producer: ObservedProducer,
        timeout: Duration,
        limits: Limits,
    ) -> Result<Self, BusError> {
        let queue = Arc::new(Queue {
            producer,
            backlog: Mutex::default(),
            budget: Budget::new(limits.room),
            given_up: GivenUp::default(),
            patience: limits.patience,
            added: Condvar::new(),
            settled: Condvar::new(),
        });
        let theirs = Arc::clone(&queue);
        spawn("events-producer".to_owned(), move || theirs.run(timeout))
            .map_err(|error| BusError::permanent("cannot start a thread").with_source(error))?;
        Ok(Self(queue))
    }

    pub(super) fn on_undelivered(&self, callback: OnUndelivered) {
        self.0.given_up.on_undelivered(callback);
    }

    /// Gives messages that nobody else gets to the callback, if there is one.
    pub(super) fn hand_over(&self, error: ProduceError) -> Result<(), ProduceError> {
        self.0.given_up.hand_over(error)
    }

    /// Adds a message to the queue, or returns why the queue will never take it. If the queue is full, returns the message.
    pub(super) fn add_now(
        &self,
        envelope: Envelope,
        deadline: Instant,
    ) -> Result<Result<(), Undelivered>, Envelope> {
        let size = envelope.memory();
        if let Some(error) = self.0.too_large(size) {
            return Ok(Err(Undelivered { envelope, error }));
        }
        self.0.try_add(envelope, size, deadline).map(Ok).map_err(|(envelope, _)| envelope)
    }

    /// Adds a message to the queue. If the queue is full, waits until `deadline`.
    pub(super) fn add(&self, envelope: Envelope, deadline: Instant) -> Result<(), BusError> {
        let queue = &*self.0;
        let size = envelope.memory();
        if let Some(error) = queue.too_large(size) {
            return Err(error);
        }
        let Err((mut envelope, _)) = queue.try_add(envelope, size, deadline) else { return Ok(()) };
        loop {
            let seen = queue.budget.changes();
            let no_room;
            (envelope, no_room) = match queue.try_add(envelope, size, deadline) {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            if matches!(no_room, NoRoom::Queue) && queue.given_up.make_room() {
                continue;
            }
            if Instant::now() >= deadline {
                return Err(queue.full(&envelope));
            }
            queue.budget.wait(seen, deadline);
        }
    }

    /// Waits until the queue is empty. Takes out and returns messages that were given up or are still there at `deadline`,
    /// including those that the bus is sending, which may arrive anyway.
    pub(super) fn flush(&self, deadline: Instant) -> Result<(), ProduceError> {
        let queue = &*self.0;
        let mut backlog = queue.backlog();
        while !backlog.is_empty() && Instant::now() < deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            let waited = queue.settled.wait_timeout(backlog, left);
            backlog = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(backlog, _)| backlog);
        }
        let late = backlog.take_all();
        drop(backlog);
        let (mut undelivered, dropped) = queue.given_up.take();
        // Now there is room for the waiting senders, also in refused topics.
        queue.budget.change();
        for (envelope, error) in late {
            if let Err(error) = queue.producer.settled(&envelope, Err(error)) {
                undelivered.push(Undelivered { envelope, error });
            }
        }
        ProduceError::of(undelivered, dropped)
    }
}

#[cfg(test)]
impl Background {
    pub(super) fn is_refused(&self, topic: &str) -> bool {
        self.0.backlog().is_refused(topic)
    }

    pub(super) fn has_messages(&self) -> bool {
        !self.0.backlog().is_empty()
    }
}

/// Ends the thread as soon as the queue is empty.
impl Drop for Background {
    fn drop(&mut self) {
        self.0.backlog().ended = true;
        self.0.added.notify_all();
    }
}

impl Queue {
    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the error of a message that the queue can never hold.
    fn too_large(&self, size: usize) -> Option<BusError> {
        let limit = self.budget.limit().bytes;
        (size > limit).then(|| {
            BusError::refused(format!(
                "the message takes {size} bytes, but the queue holds {limit} (`EVENT_BUS_PRODUCER_QUEUE_BYTES`)"
            ))
        })
    }

    /// Adds a message if there is room. Otherwise returns it.
    fn try_add(&self, envelope: Envelope, size: usize, deadline: Instant) -> Result<(), (Envelope, NoRoom)> {
        let mut backlog = self.backlog();
        if !backlog.may_add(&envelope.topic, size, self.budget.limit()) {
            return Err((envelope, NoRoom::RefusedTopics));
        }
        let Some(permit) = self.budget.take(size) else { return Err((envelope, NoRoom::Queue)) };
        let ticket = Ticket { permit, give_up_at: deadline + self.patience };
        let is_idle = backlog.add(Queued { envelope, ticket });
        drop(backlog);
        if is_idle {
            self.added.notify_one();
        }
        Ok(())
    }

    /// Returns the error of a message that found no room in time.
    fn full(&self, envelope: &Envelope) -> BusError {
        let Amount { messages, bytes } = self.budget.used();
        let reason = self.backlog().reason(&envelope.topic);
        BusError::transient(format!("{messages} messages ({bytes} bytes) are already waiting: {reason}"))
    }

    fn run(&self, timeout: Duration) {
        let mut pause = RETRY.0;
        let mut most = BATCH;
        while let Some(batch) = self.take(most) {
            let (envelopes, tickets): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|Queued { envelope, ticket }| (envelope, ticket)).unzip();
            let outcomes = self.producer.send(&envelopes, Instant::now() + timeout);
            if self.settle(envelopes, tickets, outcomes) {
                pause = RETRY.0;
                most = (most * 2).min(BATCH);
            } else {
                // A connection that is slow or breaks again and again may still carry a smaller batch, while a large one would
                // be sent, and arrive in part, each time.
                most = (most / 4).max(1);
                thread::sleep(pause);
                pause = (pause * 2).min(RETRY.1);
            }
        }
    }

    /// Waits for messages, and takes those to send next, at most `most`. Returns `None` at the end.
    fn take(&self, most: usize) -> Option<Vec<Queued>> {
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
            if !batch.is_empty() {
                return Some(batch);
            }
            if backlog.ended && backlog.is_empty() {
                return None;
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

    /// Ends the call of the bus for these messages. Returns whether the bus was up.
    fn settle(
        &self,
        envelopes: Vec<Envelope>,
        tickets: Vec<Ticket>,
        outcomes: Vec<Result<EntryId, BusError>>,
    ) -> bool {
        let mut called = Called::default();
        for ((envelope, ticket), outcome) in envelopes.into_iter().zip(tickets).zip(outcomes) {
            match outcome {
                Ok(_) => {
                    // This tells the observers, and returns no error.
                    drop(self.producer.settled(&envelope, outcome));
                    called.delivered(envelope, ticket.permit);
                }
                Err(error) => called.failed(Queued { envelope, ticket }, error),
            }
        }
        let Called { again, given_up, refused, accepted, down, room } = called;
        let is_up = down.is_none();
        if let Some(error) = &down {
            let waiting = again.len();
            tracing::warn!(waiting, error, "the event bus does not accept messages: they wait in a queue");
        }
        let mut backlog = self.backlog();
        let is_ours = backlog.sent(down);
        let mut news = Vec::new();
        if is_ours {
            backlog.put_back(again);
            let now = Instant::now();
            news.extend(accepted.filter(|topic| backlog.accept(topic)).map(|topic| (topic, None)));
            for (topic, error) in refused {
                let reason = chain(&error);
                news.extend(backlog.refuse(&topic, error, now).map(|count| (topic, Some((count, reason)))));
            }
            backlog.telling = !given_up.is_empty();
        }
        drop(backlog);
        drop(room);
        for (topic, refusal) in news {
            self.tell(&topic, refusal);
        }
        if is_ours {
            self.give_up(given_up);
        }
        self.settled.notify_all();
        is_up
    }

    /// Logs that a topic is refused, with the number of messages and the reason, or is not refused any longer.
    fn tell(&self, topic: &str, refusal: Option<(usize, String)>) {
        match refusal {
            Some((waiting, error)) => tracing::warn!(
                topic,
                waiting,
                error,
                "the event bus refuses the messages of a topic: they wait in a queue, and others go on"
            ),
            None => {
                tracing::info!(topic, "the event bus accepts the messages of the topic again");
                // A sender may have waited for the part of the queue that refused topics may fill.
                self.budget.change();
            }
        }
    }

    /// Tells the fate of messages that are not sent again, which `Backlog::telling` announces.
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

/// The work that a call of the bus leaves.
#[derive(Default)]
struct Called {
    /// Messages that may succeed another time.
    again: Vec<Queued>,
    given_up: Vec<(Queued, BusError)>,
    /// The topics that the bus refuses.
    refused: Vec<(Arc<str>, BusError)>,
    /// A topic that the bus does not refuse.
    accepted: Option<Arc<str>>,
    /// Why the bus is down.
    down: Option<String>,
    /// The room of the messages that were delivered. It ends at once, so that waiting senders are woken once.
    room: Option<Permit>,
}

impl Called {
    fn delivered(&mut self, envelope: Envelope, permit: Permit) {
        self.accepted.get_or_insert(envelope.topic);
        match &mut self.room {
            Some(room) => room.join(permit),
            None => self.room = Some(permit),
        }
    }

    fn failed(&mut self, queued: Queued, error: BusError) {
        if error.is_refused() {
            self.given_up.push((queued, error));
            return;
        }
        let topic = &queued.envelope.topic;
        if error.is_transient() {
            self.down.get_or_insert_with(|| chain(&error));
        } else if !self.refused.iter().any(|(refused, _)| refused == topic) {
            self.refused.push((Arc::clone(topic), error));
        }
        self.again.push(queued);
    }
}
