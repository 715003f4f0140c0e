//! The messages of one call, and what became of them.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use rdkafka::types::RDKafkaErrorCode;

use super::super::position::Position;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing yet.
    Open,
    /// It has this place.
    Delivered(Position),
    Failed(RDKafkaErrorCode),
}

/// The outcomes of messages that are sent together.
pub(super) struct Batch {
    state: Mutex<State>,
    settled: Condvar,
}

struct State {
    outcomes: Vec<Outcome>,
    open: usize,
}

/// A message in the hands of the client, which says once what became of it.
pub(super) struct Ticket {
    pub(super) batch: Arc<Batch>,
    pub(super) index: usize,
}

impl Batch {
    /// Makes a batch of `count` messages, none of which is in the hands of the client.
    pub(super) fn new(count: usize) -> Arc<Self> {
        let state = State { outcomes: vec![Outcome::Open; count], open: 0 };
        Arc::new(Self { state: Mutex::new(state), settled: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the ticket with which a message is given to the client.
    pub(super) fn ticket(self: &Arc<Self>, index: usize) -> Ticket {
        self.state().open += 1;
        Ticket { batch: Arc::clone(self), index }
    }

    /// Waits until the client has said what became of all messages that it has, or until `deadline`. Returns the outcomes.
    pub(super) fn wait(&self, deadline: Instant) -> Vec<Outcome> {
        let mut state = self.state();
        while state.open > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.settled.wait_timeout(state, left);
            state = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        }
        state.outcomes.clone()
    }
}

impl Ticket {
    /// Says what became of the message.
    pub(super) fn settle(self, outcome: Outcome) {
        let mut state = self.batch.state();
        state.outcomes[self.index] = outcome;
        state.open -= 1;
        let is_last = state.open == 0;
        drop(state);
        if is_last {
            self.batch.settled.notify_all();
        }
    }
}
