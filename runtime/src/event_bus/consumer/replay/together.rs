//! Dead letters that are replayed together, because batch receivers get their events in one call.

use std::{mem, slice, time::Duration};

use super::{
    Replayed,
    planned::{Notes, Planned, needs, run_together},
    replay,
};
use crate::{
    event_bus::{
        broker::{BusError, Operations, bounded},
        wire::{DeadLetter, EntryId},
    },
    receiver::BatchReceiver,
    registry,
};

/// The number of dead letters that one call drops.
const DROPPED: usize = 500;

/// Consecutive dead letters that need the same batch receivers.
pub(crate) struct Together {
    letters: Vec<DeadLetter>,
    receivers: Vec<BatchReceiver>,
    /// The bytes of memory that the letters take, and may take.
    bytes: usize,
    max_bytes: usize,
    /// The dead letters whose replay began and did not end. One of them may end the process, so each is alone.
    unfinished: Vec<EntryId>,
}

impl Together {
    pub(crate) fn new(max_bytes: usize, unfinished: Vec<EntryId>) -> Self {
        Self { letters: Vec::new(), receivers: Vec::new(), bytes: 0, max_bytes, unfinished }
    }

    /// Returns whether some of the letters may be replayed together.
    pub(crate) fn may_gather(letters: &[DeadLetter]) -> bool {
        let has_batches = |letter: &DeadLetter| {
            letter.message.event_type().is_some_and(|name| !registry::batch_receivers(name).is_empty())
        };
        letters.len() > 1 && letters.iter().any(has_batches)
    }

    /// Returns whether the letter can be added. Otherwise, replay those that were added first.
    pub(crate) fn admits(&self, letter: &DeadLetter) -> bool {
        self.letters.is_empty()
            || (!self.is_full()
                && self.bytes.saturating_add(letter.memory()) <= self.max_bytes
                && self.receivers == self.receivers_of(letter))
    }

    /// Adds a letter.
    pub(crate) fn add(&mut self, letter: DeadLetter) {
        if self.letters.is_empty() {
            self.receivers = self.receivers_of(&letter);
        }
        self.bytes += letter.memory();
        self.letters.push(letter);
    }

    /// Returns whether no other letter can be added.
    pub(crate) fn is_full(&self) -> bool {
        // Each receiver gets all letters, so the smallest limit holds. Without batch receivers, a letter is alone.
        let max = self.receivers.iter().map(|receiver| receiver.limits().max).min();
        self.letters.len() >= max.unwrap_or(1)
    }

    /// Returns the batch receivers that get the letter's event with others.
    fn receivers_of(&self, letter: &DeadLetter) -> Vec<BatchReceiver> {
        if self.unfinished.contains(&letter.id) {
            return Vec::new();
        }
        let mut receivers = letter.message.event_type().map(registry::batch_receivers).unwrap_or_default();
        receivers.retain(|receiver| needs(letter, receiver.definition()));
        receivers
    }

    /// Replays the letters that were added. Returns their ids and outcomes in their order, and begins anew.
    pub(crate) fn replay(
        &mut self,
        operations: &mut dyn Operations,
        topic: &str,
        group: &str,
        timeout: Duration,
    ) -> Result<Vec<(EntryId, Replayed)>, BusError> {
        let letters = mem::take(&mut self.letters);
        let receivers = mem::take(&mut self.receivers);
        self.bytes = 0;
        let replayed = match &letters[..] {
            [letter] => vec![replay(operations, topic, group, letter, timeout)?],
            letters => replay_batch(operations, topic, group, letters, &receivers, bounded(timeout))?,
        };
        Ok(letters.into_iter().map(|letter| letter.id).zip(replayed).collect())
    }
}

/// Runs the other receivers of each letter one by one, and passes all letters to each of the batch receivers.
fn replay_batch(
    operations: &mut dyn Operations,
    topic: &str,
    group: &str,
    letters: &[DeadLetter],
    receivers: &[BatchReceiver],
    timeout: Duration,
) -> Result<Vec<Replayed>, BusError> {
    let mut plans: Vec<Result<Planned<'_>, Replayed>> = letters
        .iter()
        .map(|letter| Planned::new(letter).map_err(|error| Replayed::Failed(letter.id.clone(), error)))
        .collect();
    // If a receiver ends the process, the bus must remember only the letters that it had.
    for planned in plans.iter_mut().flatten() {
        let others = planned.others();
        if !others.is_empty() {
            operations.set_replaying(topic, group, slice::from_ref(&planned.letter.id), true)?;
            planned.run(others, timeout);
            if !planned.timed_out {
                operations.set_replaying(topic, group, slice::from_ref(&planned.letter.id), false)?;
            }
        }
    }
    let mut running: Vec<_> = plans.iter_mut().flatten().filter(|planned| !planned.timed_out).collect();
    remember(operations, topic, group, &running)?;
    for receiver in receivers {
        run_together(*receiver, &mut running, timeout);
        running.retain(|planned| !planned.timed_out);
    }
    let handled: Vec<EntryId> = plans
        .iter()
        .flatten()
        .filter(|planned| planned.left().is_empty())
        .map(|planned| planned.letter.id.clone())
        .collect();
    for page in handled.chunks(DROPPED) {
        operations.drop_dead_letters(topic, group, page)?;
    }
    let mut notes = Notes::default();
    let settle = |plan: Result<Planned<'_>, Replayed>| match plan {
        Ok(planned) => planned.settle(operations, topic, group, &mut notes),
        Err(failed) => Ok(failed),
    };
    let replayed = plans.into_iter().map(settle).collect::<Result<_, _>>()?;
    notes.write(operations, topic, group)?;
    Ok(replayed)
}

/// Makes the bus remember that the letters are being replayed. If it cannot remember all, it must forget the others, because none
/// of them has begun.
fn remember(
    operations: &mut dyn Operations,
    topic: &str,
    group: &str,
    letters: &[&mut Planned<'_>],
) -> Result<(), BusError> {
    let ids: Vec<EntryId> = letters.iter().map(|planned| planned.letter.id.clone()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    operations.set_replaying(topic, group, &ids, true).inspect_err(|_| {
        // If the broker is down, the next replay skips the letters, and says so.
        _ = operations.set_replaying(topic, group, &ids, false);
    })
}

// A registered receiver is in a link section, and the attribute for that is `unsafe`.
#[allow(unsafe_code)]
#[cfg(all(test, feature = "catalog"))]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::{
        Batch, Event, EventsMetadata,
        content_authoring::signals::*,
        event_bus::wire::{Failure, Message},
        prelude::*,
    };

    #[receiver(COURSE_CATALOG_INFO_CHANGED, batch(max = 3, wait = "1s"), name = "tests.together")]
    fn keep(_: &Batch<CourseCatalogInfoChanged>) {}

    fn letter(number: u32, bytes: usize) -> DeadLetter {
        let message = Message::new(&EventsMetadata::of(CourseCatalogInfoChanged::DEFINITION), vec![0; bytes]);
        let time = SystemTime::UNIX_EPOCH;
        let receivers = Vec::new();
        let failure = Failure { error: String::new(), receivers, attempts: 1, first: time, last: time };
        let id = EntryId::new(number.to_string());
        DeadLetter { entry_id: id.clone(), id, message, failure, consumer_name: "a".to_owned() }
    }

    #[test]
    fn letters_are_together_while_they_fit() {
        let mut together = Together::new(100_000, vec![EntryId::new("7")]);
        for (number, bytes, admits) in
            [(1, 1000, true), (2, 60_000, true), (3, 60_000, false), (7, 10, false)]
        {
            let letter = letter(number, bytes);
            assert_eq!(together.admits(&letter), admits, "{number}");
            if admits {
                together.add(letter);
            }
        }
        assert!(!together.is_full());
        together.add(letter(4, 10));
        assert!(together.is_full() && !together.admits(&letter(5, 10)));

        // One that is too large is alone, and so is one whose last replay did not end.
        let mut together = Together::new(100_000, vec![EntryId::new("7")]);
        let large = letter(1, 200_000);
        assert!(together.admits(&large));
        together.add(large);
        assert!(!together.admits(&letter(2, 10)));
        let mut together = Together::new(100_000, vec![EntryId::new("7")]);
        together.add(letter(7, 10));
        assert!(together.is_full());
    }
}
