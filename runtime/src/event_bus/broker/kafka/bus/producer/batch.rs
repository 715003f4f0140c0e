//! The messages of one call, and their outcomes.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use rdkafka::types::RDKafkaErrorCode;

use super::{super::position::Position, held::Held};

/// The outcome of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is no outcome yet.
    Open,
    /// It is stored at this place.
    Delivered(Position),
    Failed(RDKafkaErrorCode),
}

/// The outcomes of messages that were sent together.
pub(super) struct Batch {
    state: Mutex<State>,
    settled: Condvar,
    /// If several calls are open at a time, the topics whose messages must not overtake others.
    held: Option<Arc<Held>>,
}

struct State {
    outcomes: Vec<Outcome>,
    open: usize,
}

/// A message that the client has. The client reports its outcome once.
pub(super) struct Ticket {
    pub(super) batch: Arc<Batch>,
    pub(super) index: usize,
}

impl Batch {
    /// Makes a batch of `count` messages, none of which the client has yet.
    pub(super) fn new(count: usize, held: Option<Arc<Held>>) -> Arc<Self> {
        let state = State { outcomes: vec![Outcome::Open; count], open: 0 };
        Arc::new(Self { state: Mutex::new(state), settled: Condvar::new(), held })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the ticket with which a message is given to the client.
    pub(super) fn ticket(self: &Arc<Self>, index: usize) -> Ticket {
        self.state().open += 1;
        Ticket { batch: Arc::clone(self), index }
    }

    /// Waits until the client has reported the outcomes of all messages that it has, or until `deadline`. Returns the outcomes.
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

    /// Returns whether the client has not reported the outcome of some messages.
    pub(super) fn is_open(&self) -> bool {
        self.state().open > 0
    }
}

impl Ticket {
    /// Records that the client has given up the message.
    pub(super) fn fail(self, code: RDKafkaErrorCode, topic: &str) {
        if let Some(held) = &self.batch.held
            // It is not sent again.
            && code != RDKafkaErrorCode::InvalidRecord
        {
            held.hold(topic);
        }
        self.settle(Outcome::Failed(code));
    }

    /// Records the outcome of the message.
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
