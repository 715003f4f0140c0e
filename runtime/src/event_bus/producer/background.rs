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
    send,
};
use crate::{
    error::chain,
    event_bus::{
        broker::{contract::EventBusProducer, error::BusError},
        wire::{entry::EntryId, envelope::Envelope},
    },
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
    waiting: VecDeque<Envelope>,
    /// Taken from the queue, and with the bus.
    sending: Vec<Envelope>,
    /// What the bus will never take.
    refused: Vec<Undelivered>,
    /// Whether the thread waits for messages: to wake it up is a system call.
    is_idle: bool,
    /// Why the bus took nothing the last time, if it did not.
    problem: Option<String>,
    ended: bool,
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
            .map_err(|error| BusError::permanent("no thread could be started").with_source(error))?;
        Ok(Self(queue))
    }

    /// Adds a message to the queue; waits until `deadline` where it is full.
    pub(super) fn add(&self, envelope: Envelope, deadline: Instant) -> Result<(), BusError> {
        let mut state = self.0.state();
        while state.waiting.len() >= CAPACITY {
            if Instant::now() >= deadline {
                let problem = state.problem.as_deref().unwrap_or("the bus is slower than the senders");
                return Err(BusError::transient(format!("{CAPACITY} messages wait already: {problem}")));
            }
            state = wait(&self.0.taken, state, deadline);
        }
        state.waiting.push_back(envelope);
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
        let late = |envelope: Envelope| {
            let error = BusError::transient(problem);
            let error = audit::delivered(&envelope, Err(error), false).err()?;
            Some(Undelivered { envelope, error })
        };
        let late = sending.into_iter().chain(waiting).filter_map(late);
        ProduceError::of(refused.into_iter().chain(late).collect())
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
            let outcomes = send(producer, &batch, Instant::now() + timeout);
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
    fn take(&self, most: usize) -> Option<Vec<Envelope>> {
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
        let fits = |envelope: &&Envelope| {
            size += envelope.message.size();
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
    fn settle(&self, batch: Vec<Envelope>, outcomes: Vec<Result<EntryId, BusError>>) -> bool {
        let mut again = Vec::new();
        let mut refused = Vec::new();
        let mut problem = None;
        for (envelope, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                Err(error) if error.is_transient() => {
                    problem.get_or_insert_with(|| chain(&error));
                    again.push(envelope);
                }
                outcome => {
                    if let Err(error) = audit::delivered(&envelope, outcome, self.audit) {
                        refused.push(Undelivered { envelope, error });
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
            for envelope in again.into_iter().rev() {
                state.waiting.push_front(envelope);
            }
        }
        drop(state);
        self.taken.notify_all();
        all_well
    }
}

fn wait<'a>(changed: &Condvar, state: MutexGuard<'a, State>, deadline: Instant) -> MutexGuard<'a, State> {
    let left = deadline.saturating_duration_since(Instant::now());
    changed.wait_timeout(state, left).map_or_else(|error| error.into_inner().0, |(state, _)| state)
}
