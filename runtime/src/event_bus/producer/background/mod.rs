//! Background delivery: a queue, and a [thread](delivery) that empties it.

mod delivery;
mod settled;

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use delivery::Delivery;

use super::{
    ObservedProducer,
    backlog::{Backlog, Queued, Ticket},
    error::{ProduceError, Undelivered},
    given_up::{GivenUp, OnUndelivered},
};
use crate::event_bus::{
    broker::BusError,
    budget::{Amount, Budget},
    observe::spawn,
    trouble::Trouble,
    wire::Envelope,
};

/// The number of messages that the queue holds; further senders wait.
const CAPACITY: usize = 10_000;

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
    /// The failures of calls that were told.
    trouble: Mutex<Trouble>,
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
            trouble: Mutex::default(),
            budget: Budget::new(limits.room),
            given_up: GivenUp::default(),
            patience: limits.patience,
            added: Condvar::new(),
            settled: Condvar::new(),
        });
        let delivery = Delivery::new(Arc::clone(&queue), timeout);
        spawn("events-producer".to_owned(), move || delivery.run())
            .map_err(|error| BusError::permanent("cannot start a thread").with_source(error))?;
        Ok(Self(queue))
    }

    pub(super) fn on_undelivered(&self, callback: OnUndelivered) {
        self.0.given_up.on_undelivered(callback);
    }

    /// Passes undelivered messages to the callback, or returns them if there is none.
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
}
