//! A message that batch receivers handle together with others.

use std::{slice, time::Instant};

use super::{AttemptOutcome, DecodedEvent, FailedReceiver, Job, Unavailable};
use crate::{
    event_bus::observe::{Observation, Observers},
    receiver::{Attempt, BatchLimits, BatchReceiver, Outcome},
    signal::BatchItem,
};

impl Job {
    /// Returns the batch receivers that have not succeeded.
    pub(in crate::event_bus::consumer) fn batch_receivers(&self) -> Vec<(BatchReceiver, BatchLimits)> {
        let Some(DecodedEvent { incoming, left }) = &self.decoded else { return Vec::new() };
        let receivers = left.iter().filter_map(|&index| incoming.batch_receiver(index));
        receivers.map(|receiver| (receiver, receiver.limits())).collect()
    }

    /// Returns the message as a part of a batch.
    pub(in crate::event_bus::consumer) fn batch_item(&self, started: Instant) -> Option<BatchItem<'_>> {
        let attempt = Attempt { entry_id: self.entry.id.as_str(), number: self.entry.attempt, started };
        let incoming = &*self.decoded.as_ref()?.incoming;
        Some(BatchItem { incoming, attempt: Some(attempt) })
    }

    /// Notes the outcome of the message in a batch.
    pub(in crate::event_bus::consumer) fn end_batch(
        &mut self,
        receiver: BatchReceiver,
        outcome: Outcome,
        observers: &Observers,
    ) -> AttemptOutcome {
        let Some(DecodedEvent { incoming, left }) = &mut self.decoded else {
            return AttemptOutcome::NoReceiver;
        };
        let name = receiver.definition().full_name();
        let is_over = match &outcome {
            Ok(()) => true,
            Err(error) => error.is_permanent(),
        };
        if is_over {
            left.retain(|&index| incoming.batch_receiver(index) != Some(receiver));
        }
        match outcome {
            Ok(()) => self.succeeded.iter_mut().for_each(|succeeded| succeeded.push(name)),
            Err(error) => {
                let failed = FailedReceiver { receiver: name, error: error.chain() };
                if error.is_permanent() {
                    self.given_up.push(failed);
                } else if error.is_unavailable() {
                    let unavailable = Unavailable::new(&failed, &error);
                    return AttemptOutcome::Unavailable(self.failure(&[failed]), Box::new(unavailable));
                } else {
                    return AttemptOutcome::Failed(self.failure(slice::from_ref(&failed)), vec![failed]);
                }
            }
        }
        if !left.is_empty() {
            AttemptOutcome::Collect
        } else if self.given_up.is_empty() {
            observers.tell(&Observation::Handled { entry: &self.entry, metadata: incoming.metadata() });
            AttemptOutcome::Handled
        } else {
            AttemptOutcome::Hopeless(self.failure(&[]))
        }
    }
}
