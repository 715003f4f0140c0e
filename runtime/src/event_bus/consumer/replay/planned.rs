//! A dead letter whose event was read, with the receivers that it needs and their outcomes.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    Replayed,
    trial::{Outcome, Trial},
};
use crate::{
    error::chain,
    event_bus::{
        broker::{BusError, Operations},
        consumer::{batch_call::call_in_all_parts, job::receive},
        wire::{DeadLetter, EntryId, Failure},
    },
    receiver::{BatchOutcome, BatchReceiver, ReceiverDefinition, ReceiverError},
    signal::{BatchItem, Incoming, run_batch},
};

/// A dead letter that can be replayed.
pub(super) struct Planned<'a> {
    pub(super) letter: &'a DeadLetter,
    incoming: Arc<Incoming>,
    receivers: Vec<Tried>,
    pub(super) timed_out: bool,
}

/// A receiver that the dead letter needs.
struct Tried {
    /// Its number in the event's receivers.
    index: usize,
    name: String,
    /// `None` if it has not ended.
    outcome: Option<Outcome>,
}

impl<'a> Planned<'a> {
    /// Reads the event, and finds its receivers that failed. Returns an error if none can run.
    pub(super) fn new(letter: &'a DeadLetter) -> Result<Self, String> {
        let incoming = receive(&letter.message).map_err(|error| chain(&*error))?;
        let failed = &letter.failure.receivers;
        let receivers: Vec<&ReceiverDefinition> = incoming.receivers().collect();
        if receivers.is_empty() {
            return Err(
                "no receiver in this program handles this event type: link the crate with your receivers"
                    .to_owned(),
            );
        }
        let is_missing = |name: &&String| !receivers.iter().any(|receiver| receiver.is_called(name));
        if let Some(missing) = failed.iter().find(is_missing) {
            return Err(format!(
                "receiver `{missing}` is not in this program: replay it in the program that has the receiver, say which receiver \
                 takes its place (`dlq replay --as NAME`), or drop the dead letter"
            ));
        }
        let wanted = receivers.into_iter().enumerate().filter(|(_, receiver)| needs(letter, receiver));
        let tried = |(index, receiver): (usize, &ReceiverDefinition)| {
            let name = receiver.full_name().to_string();
            Tried { index, name, outcome: None }
        };
        let receivers = wanted.map(tried).collect();
        Ok(Self { letter, incoming: Arc::new(incoming), receivers, timed_out: false })
    }

    /// Runs all its receivers one by one. A batch receiver gets a batch of one.
    pub(super) fn run_all(&mut self, timeout: Duration) {
        self.run((0..self.receivers.len()).collect(), timeout);
    }

    /// Returns the positions of its receivers that take single events.
    pub(super) fn others(&self) -> Vec<usize> {
        let is_other = |tried: &Tried| self.incoming.batch_receiver(tried.index).is_none();
        (0..self.receivers.len()).filter(|&position| is_other(&self.receivers[position])).collect()
    }

    /// Runs the receivers at these positions one by one.
    pub(super) fn run(&mut self, positions: Vec<usize>, timeout: Duration) {
        let incoming = Arc::clone(&self.incoming);
        let indices: Vec<usize> = positions.iter().map(|&position| self.receivers[position].index).collect();
        let trial = Trial::run(indices.len(), timeout, move |caller| {
            for (try_, index) in indices.into_iter().enumerate() {
                let Some(receiver) = incoming.receivers().nth(index) else { return };
                let called = caller.call(try_..try_ + 1, receiver, |timeout| {
                    let outcome = incoming.run(index, None, timeout).unwrap_or(Ok(()));
                    (vec![outcome.map_err(|error| error.chain())], ())
                });
                if called.is_none() {
                    return;
                }
            }
        });
        self.timed_out |= !trial.late.is_empty();
        for (position, outcome) in positions.into_iter().zip(trial.outcomes) {
            self.receivers[position].outcome = outcome;
        }
    }

    fn tried(&mut self, receiver: BatchReceiver) -> Option<&mut Tried> {
        let incoming = &self.incoming;
        self.receivers.iter_mut().find(|tried| incoming.batch_receiver(tried.index) == Some(receiver))
    }

    /// Stores what is left of the dead letter, unless all its receivers succeeded: then it was dropped. Notes whether its replay still
    /// runs.
    pub(super) fn settle(
        &self,
        operations: &mut dyn Operations,
        topic: &str,
        group: &str,
        notes: &mut Notes,
    ) -> Result<Replayed, BusError> {
        let Self { letter, timed_out, .. } = self;
        let (left, error) = (self.left(), self.error());
        let kept_as = if !left.is_empty() && left.len() < self.receivers.len() {
            let failure = Failure {
                error: error.clone(),
                receivers: left,
                attempts: letter.failure.attempts.saturating_add(1),
                first: letter.failure.first,
                last: SystemTime::now(),
            };
            let changed = DeadLetter { failure, ..(*letter).clone() };
            let kept_as = operations.replace_dead_letter(topic, group, &changed)?;
            if *timed_out {
                notes.running.push(kept_as.clone());
            }
            kept_as
        } else {
            letter.id.clone()
        };
        if !timed_out || kept_as != letter.id {
            notes.ended.push(letter.id.clone());
        }
        Ok(if *timed_out {
            Replayed::TimedOut(kept_as, error)
        } else if error.is_empty() {
            Replayed::Handled(kept_as)
        } else {
            Replayed::Failed(kept_as, error)
        })
    }

    /// Returns the names of the receivers that did not succeed.
    pub(super) fn left(&self) -> Vec<String> {
        let left = self.receivers.iter().filter(|tried| !matches!(tried.outcome, Some(Ok(()))));
        left.map(|tried| tried.name.clone()).collect()
    }

    /// Returns the errors of all receivers; nothing if all of them succeeded.
    fn error(&self) -> String {
        let error = |tried: &Tried| match &tried.outcome {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(format!("{}: {error}", tried.name)),
            None => Some(format!("{}: was not run", tried.name)),
        };
        self.receivers.iter().filter_map(error).collect::<Vec<_>>().join("; ")
    }
}

/// The facts about replays that the bus must learn.
#[derive(Default)]
pub(super) struct Notes {
    /// The new ids of dead letters whose receivers still run.
    running: Vec<EntryId>,
    /// The dead letters whose replays ended, and those that have another id now.
    ended: Vec<EntryId>,
}

impl Notes {
    pub(super) fn write(
        &self,
        operations: &mut dyn Operations,
        topic: &str,
        group: &str,
    ) -> Result<(), BusError> {
        for (ids, is_running) in [(&self.running, true), (&self.ended, false)] {
            if !ids.is_empty() {
                operations.set_replaying(topic, group, ids, is_running)?;
            }
        }
        Ok(())
    }
}

/// Passes the events of dead letters to a batch receiver, in one call. If it fails as a whole, calls it with halves, until the events
/// that fail are alone.
pub(super) fn run_together(receiver: BatchReceiver, letters: &mut [&mut Planned<'_>], timeout: Duration) {
    let events: Vec<Arc<Incoming>> = letters.iter().map(|letter| Arc::clone(&letter.incoming)).collect();
    let trial = Trial::run(events.len(), timeout, move |caller| {
        call_in_all_parts(events.len(), |range| {
            let called = caller.call(range.clone(), receiver.definition(), |timeout| {
                let events = &events[range.clone()];
                let items: Vec<_> =
                    events.iter().map(|incoming| BatchItem { incoming, attempt: None }).collect();
                let outcome = run_batch(receiver, &items, timeout);
                (outcomes(&outcome, items.len()), outcome)
            });
            // After a call that took too long, no other receiver is called.
            called.unwrap_or_else(|| BatchOutcome::Whole(ReceiverError::unavailable("nobody waits for it")))
        });
    });
    for (position, (letter, outcome)) in letters.iter_mut().zip(trial.outcomes).enumerate() {
        letter.timed_out |= trial.late.contains(&position);
        if let Some(tried) = letter.tried(receiver) {
            tried.outcome = outcome;
        }
    }
}

/// Returns the outcome of each event of a batch. A batch that failed as a whole keeps its outcome if its halves are not tried.
fn outcomes(outcome: &BatchOutcome, len: usize) -> Vec<Outcome> {
    match outcome {
        BatchOutcome::Each(outcomes) => {
            let text =
                |outcome: &Result<(), ReceiverError>| outcome.as_ref().copied().map_err(ReceiverError::chain);
            outcomes.iter().map(text).collect()
        }
        BatchOutcome::Whole(error) => {
            vec![Err(format!("the whole batch of {len} events failed: {}", error.chain())); len]
        }
    }
}

/// Returns whether a receiver of its event must run: if none had run, all must.
pub(super) fn needs(letter: &DeadLetter, receiver: &ReceiverDefinition) -> bool {
    let failed = &letter.failure.receivers;
    failed.is_empty() || failed.iter().any(|name| receiver.is_called(name))
}
