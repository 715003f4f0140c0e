//! Background delivery: a queue, and a thread that empties it.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{
    ObservedProducer,
    error::{ProduceError, Undelivered},
};
use crate::{
    error::chain,
    event_bus::{
        broker::BusError,
        observe::spawn,
        wire::{EntryId, Envelope},
    },
};

/// The number of messages that the queue holds; further senders wait.
const CAPACITY: usize = 10_000;
/// The largest number of messages in one call of the bus.
const BATCH: usize = 500;
/// The largest total size of these messages in bytes. A single message may be larger.
const BATCH_SIZE: usize = 1 << 20;
/// The first and the longest pause after a failed call; each pause is twice the one before.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

pub(super) struct Background(Arc<Queue>);

struct Queue {
    producer: ObservedProducer,
    backlog: Mutex<Backlog>,
    /// Notified when a message is added or the queue ends.
    added: Condvar,
    /// Notified when messages are taken or cannot be delivered.
    taken: Condvar,
}

#[derive(Default)]
struct Backlog {
    waiting: VecDeque<Envelope>,
    /// The batch that the bus is sending.
    sending: Vec<Envelope>,
    /// Messages that the bus will never take.
    refused: Vec<Undelivered>,
    /// Whether the thread waits for messages. Only then does it need a wake-up, which is a system call.
    is_idle: bool,
    /// The error of the last call, if it failed.
    error: Option<String>,
    ended: bool,
}

impl Background {
    /// Starts the thread. Each call of the bus has `timeout`.
    pub(super) fn start(producer: ObservedProducer, timeout: Duration) -> Result<Self, BusError> {
        let queue = Arc::new(Queue {
            producer,
            backlog: Mutex::default(),
            added: Condvar::new(),
            taken: Condvar::new(),
        });
        let theirs = Arc::clone(&queue);
        spawn("events-producer".to_owned(), move || theirs.run(timeout))
            .map_err(|error| BusError::permanent("cannot start a thread").with_source(error))?;
        Ok(Self(queue))
    }

    /// Adds a message to the queue. If the queue is full, waits until `deadline`.
    pub(super) fn add(&self, envelope: Envelope, deadline: Instant) -> Result<(), BusError> {
        let mut backlog = self.0.backlog();
        while backlog.waiting.len() >= CAPACITY {
            if Instant::now() >= deadline {
                let reason = backlog.error.as_deref().unwrap_or("the bus is slower than the senders");
                return Err(BusError::transient(format!(
                    "{CAPACITY} messages are already waiting: {reason}"
                )));
            }
            backlog = wait(&self.0.taken, backlog, deadline);
        }
        backlog.waiting.push_back(envelope);
        let is_idle = mem::take(&mut backlog.is_idle);
        drop(backlog);
        if is_idle {
            self.0.added.notify_one();
        }
        Ok(())
    }

    /// Waits until the queue is empty. Takes out and returns messages that were refused or are still there at `deadline`,
    /// including those that the bus is sending, which may arrive anyway.
    pub(super) fn flush(&self, deadline: Instant) -> Result<(), ProduceError> {
        let mut backlog = self.0.backlog();
        while (!backlog.waiting.is_empty() || !backlog.sending.is_empty()) && Instant::now() < deadline {
            backlog = wait(&self.0.taken, backlog, deadline);
        }
        let (sending, waiting) = (mem::take(&mut backlog.sending), mem::take(&mut backlog.waiting));
        let (refused, reason) = (mem::take(&mut backlog.refused), backlog.error.clone());
        drop(backlog);
        // Now there is room for the waiting senders.
        self.0.taken.notify_all();
        let reason = reason.as_deref().unwrap_or("not sent in time");
        let late = |envelope: Envelope| {
            let error = self.0.producer.settled(&envelope, Err(BusError::transient(reason))).err()?;
            Some(Undelivered { envelope, error })
        };
        let late = sending.into_iter().chain(waiting).filter_map(late);
        ProduceError::of(refused.into_iter().chain(late).collect())
    }
}

/// Ends the thread as soon as it has sent its batch.
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

    fn run(&self, timeout: Duration) {
        let mut pause = RETRY.0;
        let mut most = BATCH;
        while let Some(batch) = self.take(most) {
            let outcomes = self.producer.send(&batch, Instant::now() + timeout);
            if self.settle(batch, outcomes) {
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

    /// Takes the next messages, at most `most`, when there are any. Returns `None` at the end.
    fn take(&self, most: usize) -> Option<Vec<Envelope>> {
        let mut backlog = self.backlog();
        while backlog.waiting.is_empty() {
            if backlog.ended {
                return None;
            }
            backlog.is_idle = true;
            backlog = self.added.wait(backlog).unwrap_or_else(PoisonError::into_inner);
        }
        backlog.is_idle = false;
        let mut size = 0;
        let fits = |envelope: &&Envelope| {
            size += envelope.message.size();
            size <= BATCH_SIZE
        };
        let count = backlog.waiting.iter().take(most).take_while(fits).count().max(1);
        let batch: Vec<_> = backlog.waiting.drain(..count).collect();
        backlog.sending.clone_from(&batch);
        drop(backlog);
        self.taken.notify_all();
        Some(batch)
    }

    /// Puts back the messages that may succeed another time, in order. Returns whether there are none.
    fn settle(&self, batch: Vec<Envelope>, outcomes: Vec<Result<EntryId, BusError>>) -> bool {
        let mut again = Vec::new();
        let mut refused = Vec::new();
        let mut reason = None;
        for (envelope, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                Err(error) if error.is_transient() => {
                    reason.get_or_insert_with(|| chain(&error));
                    again.push(envelope);
                }
                outcome => {
                    if let Err(error) = self.producer.settled(&envelope, outcome) {
                        refused.push(Undelivered { envelope, error });
                    }
                }
            }
        }
        if let Some(error) = &reason {
            tracing::warn!(
                waiting = again.len(),
                error,
                "the event bus does not accept messages: they wait in a queue"
            );
        }
        let all_settled = again.is_empty();
        let mut backlog = self.backlog();
        backlog.error = reason;
        // A flush that timed out in the meantime has returned all of them to its caller.
        if !mem::take(&mut backlog.sending).is_empty() {
            backlog.refused.extend(refused);
            for envelope in again.into_iter().rev() {
                backlog.waiting.push_front(envelope);
            }
        }
        drop(backlog);
        self.taken.notify_all();
        all_settled
    }
}

fn wait<'a>(
    condition: &Condvar,
    backlog: MutexGuard<'a, Backlog>,
    deadline: Instant,
) -> MutexGuard<'a, Backlog> {
    let left = deadline.saturating_duration_since(Instant::now());
    condition.wait_timeout(backlog, left).map_or_else(|error| error.into_inner().0, |(backlog, _)| backlog)
}
