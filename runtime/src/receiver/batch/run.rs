//! Runs a batch receiver as a consumer does.

use std::{
    iter,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{AnyBatchReceiver, BatchError, CalledBatch};
use crate::{
    event::SharedEvent,
    metadata::EventsMetadata,
    receiver::{
        any_receiver::AnyReceiver,
        call::Called,
        definition::{BatchLimits, ReceiverDefinition},
        error::ReceiverError,
        run::{Outcome, run},
    },
    scope::Scopes,
};

/// A batch receiver of the program. Two are equal if they are the same receiver, so that a consumer can collect messages for each.
#[derive(Clone, Copy)]
pub(crate) struct BatchReceiver {
    receiver: &'static dyn AnyBatchReceiver,
    limits: BatchLimits,
}

/// The outcomes of the events of a batch.
#[derive(Debug)]
pub(crate) enum BatchOutcome {
    /// The outcome of each event, in the order of the batch.
    Each(Vec<Outcome>),
    /// All of them failed together, and there are at least two: which of them is to blame is unknown.
    Whole(ReceiverError),
}

impl BatchReceiver {
    /// Returns `receiver` if it is a batch receiver.
    pub(crate) fn new(receiver: &'static dyn AnyReceiver) -> Option<Self> {
        let limits = receiver.definition().batch()?;
        Some(Self { receiver: receiver.as_batch()?, limits })
    }

    pub(crate) fn definition(self) -> &'static ReceiverDefinition {
        self.receiver.definition()
    }

    /// Returns how many events a consumer collects for it, and how long.
    pub(crate) fn limits(self) -> BatchLimits {
        self.limits
    }

    /// Calls the receiver once with all `events`.
    ///
    /// As with other receivers, a panic is a failure, an async receiver is driven on this thread and cancelled after `timeout`, and a
    /// receiver that a test has muted succeeds.
    pub(crate) fn run(self, events: Vec<(SharedEvent, EventsMetadata)>, timeout: Duration) -> BatchOutcome {
        let len = events.len();
        // `run` takes the outcome of the whole batch. The failures of single events go through this variable.
        let listed = Mutex::new(None);
        let whole = |result: Result<(), BatchError>| {
            let Err(error) = result else { return Ok(()) };
            *listed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.outcomes(len)?);
            Ok(())
        };
        let call = || match self.receiver.call_batch(events) {
            CalledBatch::Done(result) => Called::Done(whole(result)),
            CalledBatch::Future(future) => Called::Future(Box::pin(async { whole(future.await) })),
        };
        match run(self.definition(), &Scopes::current(), Some(timeout), call) {
            Some(Err(error)) if len == 1 => BatchOutcome::Each(vec![Err(error)]),
            Some(Err(error)) => BatchOutcome::Whole(error),
            Some(Ok(())) | None => {
                let listed = listed.into_inner().unwrap_or_else(PoisonError::into_inner);
                let all = || iter::repeat_with(|| Ok(())).take(len).collect();
                BatchOutcome::Each(listed.unwrap_or_else(all))
            }
        }
    }
}

impl PartialEq for BatchReceiver {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.definition(), other.definition())
    }
}

impl Eq for BatchReceiver {}
