//! Background delivery: a queue, and a thread that empties it.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{
    audit,
    error::{ProduceError, Undelivered},
    send,
};
use crate::event_bus::{
    bus::{EntryId, EventBusProducer, Record},
    error::{BusError, chain},
    message::Message,
};

/// How many messages wait at most; then senders do.
const CAPACITY: usize = 10_000;
/// How many messages the bus is given in one go, at most.
const BATCH: usize = 500;
/// How large they may be together, in bytes; one message may be larger.
const BATCH_SIZE: usize = 1 << 20;
/// The wait after the bus could not be reached, doubled each time.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

pub(super) struct Background(Arc<Queue>);

struct Queue {
    audit: bool,
    state: Mutex<State>,
    /// Something was added, or the end has come.
    added: Condvar,
    /// Something was taken, or could not be delivered.
    taken: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Owned>,
    /// Taken from the queue, and with the bus.
    sending: Vec<Owned>,
    /// What the bus will never take.
    refused: Vec<Undelivered>,
    /// Whether the thread waits for messages: to wake it up is a system call.
    is_idle: bool,
    /// Why the bus took nothing the last time, if it did not.
    problem: Option<String>,
    ended: bool,
}

#[derive(Clone)]
struct Owned {
    topic: Arc<str>,
    key: Option<Bytes>,
    message: Message,
}

impl Background {
    /// Starts the thread. The bus has `timeout` for a batch.
    pub(super) fn start(
        producer: Arc<dyn EventBusProducer>,
        timeout: Duration,
        audit: bool,
    ) -> Result<Self, BusError> {
        let queue =
            Arc::new(Queue { state: Mutex::default(), added: Condvar::new(), taken: Condvar::new(), audit });
        let theirs = Arc::clone(&queue);
        thread::Builder::new()
            .name("events-producer".to_owned())
            .spawn(move || theirs.run(&*producer, timeout))
            .map_err(|error| BusError::lasting("no thread could be started").with_source(error))?;
        Ok(Self(queue))
    }

    /// Adds a message to the queue; waits until `deadline` where it is full.
    pub(super) fn add(&self, record: &Record<'_>, deadline: Instant) -> Result<(), BusError> {
        let mut state = self.0.state();
        while state.waiting.len() >= CAPACITY {
            if Instant::now() >= deadline {
                let problem = state.problem.as_deref().unwrap_or("the bus is slower than the senders");
                return Err(BusError::transient(format!("{CAPACITY} messages wait already: {problem}")));
            }
            state = wait(&self.0.taken, state, deadline);
        }
        state.waiting.push_back(Owned {
            topic: record.topic.into(),
            key: record.key.map(Bytes::copy_from_slice),
            message: record.message.clone(),
        });
        let is_idle = mem::take(&mut state.is_idle);
        drop(state);
        if is_idle {
            self.0.added.notify_one();
        }
        Ok(())
    }

    /// Waits until nothing waits any more. What was refused, or is still there at `deadline`, comes back: it is taken
    /// out of the queue. So is what the bus has and did not confirm, which may arrive all the same.
    pub(super) fn flush(&self, deadline: Instant) -> Result<(), ProduceError> {
        let mut state = self.0.state();
        while (!state.waiting.is_empty() || !state.sending.is_empty()) && Instant::now() < deadline {
            state = wait(&self.0.taken, state, deadline);
        }
        let (sending, waiting) = (mem::take(&mut state.sending), mem::take(&mut state.waiting));
        let (refused, problem) = (mem::take(&mut state.refused), state.problem.clone());
        drop(state);
        // Senders that waited for room have it.
        self.0.taken.notify_all();
        let problem = problem.as_deref().unwrap_or("there was no time left");
        let late = |owned: Owned| {
            let error = BusError::transient(problem);
            let error = audit::delivered(&owned.record(), Err(error), false).err()?;
            Some(owned.undelivered(error))
        };
        let late = sending.into_iter().chain(waiting).filter_map(late);
        ProduceError::of_all(refused.into_iter().chain(late).collect())
    }
}

/// The thread ends when it has sent what it has in hand.
impl Drop for Background {
    fn drop(&mut self) {
        self.0.state().ended = true;
        self.0.added.notify_all();
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, producer: &dyn EventBusProducer, timeout: Duration) {
        let mut pause = RETRY.0;
        let mut most = BATCH;
        while let Some(batch) = self.take(most) {
            let records: Vec<Record<'_>> = batch.iter().map(Owned::record).collect();
            let outcomes = send(producer, &records, Instant::now() + timeout);
            drop(records);
            let all_well = self.settle(batch, outcomes);
            if all_well {
                pause = RETRY.0;
                most = (most * 2).min(BATCH);
            } else {
                // A way that breaks again and again, or is slow, may still carry less: the whole batch would be sent
                // again each time, and arrive in part.
                most = (most / 4).max(1);
                thread::sleep(pause);
                pause = (pause * 2).min(RETRY.1);
            }
        }
    }

    /// The next messages, `most` of them or fewer, when there are any; `None` at the end.
    fn take(&self, most: usize) -> Option<Vec<Owned>> {
        let mut state = self.state();
        while state.waiting.is_empty() {
            if state.ended {
                return None;
            }
            state.is_idle = true;
            state = self.added.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_idle = false;
        let mut size = 0;
        let fits = |owned: &&Owned| {
            size += owned.message.size();
            size <= BATCH_SIZE
        };
        let count = state.waiting.iter().take(most).take_while(fits).count().max(1);
        let batch: Vec<_> = state.waiting.drain(..count).collect();
        state.sending.clone_from(&batch);
        drop(state);
        self.taken.notify_all();
        Some(batch)
    }

    /// Puts back what may succeed another time, in order. Returns whether all was delivered or refused for good.
    fn settle(&self, batch: Vec<Owned>, outcomes: Vec<Result<EntryId, BusError>>) -> bool {
        let mut again = Vec::new();
        let mut refused = Vec::new();
        let mut problem = None;
        for (owned, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                Err(error) if error.is_transient() => {
                    problem.get_or_insert_with(|| chain(&error));
                    again.push(owned);
                }
                outcome => {
                    if let Err(error) = audit::delivered(&owned.record(), outcome, self.audit) {
                        refused.push(owned.undelivered(error));
                    }
                }
            }
        }
        if let Some(problem) = &problem {
            tracing::warn!(
                waiting = again.len(),
                error = problem,
                "the event bus takes no messages: they wait"
            );
        }
        let all_well = again.is_empty();
        let mut state = self.state();
        state.problem = problem;
        // Where a flush ran out of time meanwhile, all of them have gone back to whoever sent them.
        if !mem::take(&mut state.sending).is_empty() {
            state.refused.extend(refused);
            for owned in again.into_iter().rev() {
                state.waiting.push_front(owned);
            }
        }
        drop(state);
        self.taken.notify_all();
        all_well
    }
}

impl Owned {
    fn record(&self) -> Record<'_> {
        Record { topic: &self.topic, key: self.key.as_deref(), message: &self.message }
    }

    fn undelivered(self, error: BusError) -> Undelivered {
        Undelivered { topic: self.topic.to_string(), message: self.message, error, key: self.key }
    }
}

fn wait<'a>(changed: &Condvar, state: MutexGuard<'a, State>, deadline: Instant) -> MutexGuard<'a, State> {
    let left = deadline.saturating_duration_since(Instant::now());
    changed.wait_timeout(state, left).map_or_else(|error| error.into_inner().0, |(state, _)| state)
}
