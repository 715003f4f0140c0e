//! Background delivery: a queue, and a thread that empties it.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{
    audit,
    error::{ProduceError, Undelivered},
};
use crate::event_bus::{
    bus::{EntryId, EventBusProducer, Record},
    error::{BusError, chain},
    message::Message,
};

/// How many messages wait at most; then senders do.
const CAPACITY: usize = 10_000;
/// How many messages the bus is given in one go.
const BATCH: usize = 500;
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
    sending: usize,
    /// What the bus will never take.
    refused: Vec<Undelivered>,
    /// Why the bus took nothing the last time, if it did not.
    problem: Option<String>,
    ended: bool,
}

struct Owned {
    topic: String,
    key: Option<Vec<u8>>,
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
            topic: record.topic.to_owned(),
            key: record.key.map(<[u8]>::to_vec),
            message: record.message.clone(),
        });
        drop(state);
        self.0.added.notify_one();
        Ok(())
    }

    /// Waits until nothing waits any more. What was refused, or is still there at `deadline`, comes back: it is taken
    /// out of the queue.
    pub(super) fn flush(&self, deadline: Instant) -> Result<(), ProduceError> {
        let mut state = self.0.state();
        while (!state.waiting.is_empty() || state.sending > 0) && Instant::now() < deadline {
            state = wait(&self.0.taken, state, deadline);
        }
        let problem = state.problem.clone().unwrap_or_else(|| "there was no time left".to_owned());
        let mut undelivered = mem::take(&mut state.refused);
        let late = |owned: Owned| Undelivered {
            topic: owned.topic,
            message: owned.message,
            error: BusError::transient(problem.clone()),
        };
        undelivered.extend(state.waiting.drain(..).map(late));
        ProduceError::of_all(undelivered)
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
        while let Some(batch) = self.take() {
            let records: Vec<Record<'_>> = batch.iter().map(Owned::record).collect();
            let outcomes = producer.send(&records, Instant::now() + timeout);
            let all_well = self.settle(batch, outcomes);
            if all_well {
                pause = RETRY.0;
            } else {
                thread::sleep(pause);
                pause = (pause * 2).min(RETRY.1);
            }
        }
    }

    /// The next messages, when there are any; `None` at the end.
    fn take(&self) -> Option<Vec<Owned>> {
        let mut state = self.state();
        while state.waiting.is_empty() {
            if state.ended {
                return None;
            }
            state = self.added.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.waiting.len().min(BATCH);
        state.sending = count;
        let batch = state.waiting.drain(..count).collect();
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
                        refused.push(Undelivered { topic: owned.topic, message: owned.message, error });
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
        state.sending = 0;
        state.problem = problem;
        state.refused.extend(refused);
        for owned in again.into_iter().rev() {
            state.waiting.push_front(owned);
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
}

fn wait<'a>(changed: &Condvar, state: MutexGuard<'a, State>, deadline: Instant) -> MutexGuard<'a, State> {
    let left = deadline.saturating_duration_since(Instant::now());
    changed.wait_timeout(state, left).map_or_else(|error| error.into_inner().0, |(state, _)| state)
}
