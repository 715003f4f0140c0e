//! Replaying dead letters: only for the receivers that failed, and never through the topic.
//!
//! `together` says which letters are replayed together, `planned` finds and runs the receivers of a letter or of several, and
//! `trial` is the thread on which they run.

mod planned;
mod together;
mod trial;

use std::{slice, time::Duration};

use planned::{Notes, Planned};
pub(crate) use together::Together;

use crate::event_bus::{
    broker::{BusError, Operations, bounded},
    settings::ConsumerSettings,
    wire::{DeadLetter, EntryId},
};

/// The outcome of replaying a dead letter.
#[derive(Debug)]
#[non_exhaustive]
pub enum Replayed {
    /// Its receivers succeeded, and it was removed.
    Handled(EntryId),
    /// It is kept, for this reason. If some of its receivers succeeded, it now names only the others, and this is its new
    /// id.
    Failed(EntryId, String),
    /// It is kept as after a failure. A receiver took too long: it may still be running on its thread, and the bus
    /// [remembers](Operations::replaying) that the replay did not end.
    TimedOut(EntryId, String),
}

/// Runs the receivers that failed for `letter` in this process, and removes it from the dead letters of `group` if they
/// succeed. If no receiver had run, all of them run. A receiver that succeeds does not run again: the dead letter that is kept
/// names only those that failed.
///
/// Receivers run on a thread of their own, and each has `timeout`. While they run, the bus [remembers](Operations::replaying)
/// the dead letter, so that one that ends or blocks the process can be skipped the next time.
///
/// A batch receiver gets a batch of one. [`replay_all`] makes larger ones.
///
/// # Errors
///
/// If the broker cannot be reached.
pub fn replay(
    operations: &mut dyn Operations,
    topic: &str,
    group: &str,
    letter: &DeadLetter,
    timeout: Duration,
) -> Result<Replayed, BusError> {
    let id = &letter.id;
    let mut planned = match Planned::new(letter) {
        Ok(planned) => planned,
        Err(error) => return Ok(Replayed::Failed(id.clone(), error)),
    };
    operations.set_replaying(topic, group, slice::from_ref(id), true)?;
    planned.run_all(bounded(timeout));
    if planned.left().is_empty() {
        operations.drop_dead_letters(topic, group, slice::from_ref(id))?;
    }
    let mut notes = Notes::default();
    let replayed = planned.settle(operations, topic, group, &mut notes)?;
    notes.write(operations, topic, group)?;
    Ok(replayed)
}

/// Replays dead letters like [`replay`], in their order, and passes the events of several to a
/// [batch receiver](crate::guide::batches) in one call. Returns the outcome of each letter, at its position in `letters`.
///
/// A batch has consecutive letters that need the same batch receivers: at most as many as `max` of each of them says, and at most
/// as fill 64 MB. First, the other receivers of each letter run one by one. If a batch receiver fails for the whole batch, it is called with
/// halves, until the events that fail are alone; if it is [unavailable](crate::ReceiverError::unavailable), the rest of the batch
/// fails. Each call has `timeout`. If one takes too long, that is the outcome of all letters that it has.
///
/// While a batch receiver runs, the bus [remembers](Operations::replaying) the letters of its batch. A letter whose last replay did
/// not end is replayed alone.
///
/// # Errors
///
/// If the broker cannot be reached. The outcomes of the letters before that are lost, but those that were handled are gone.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use openedx_events::event_bus::{BusError, Operations, Replayed, replay_all};
///
/// /// Replays the oldest dead letters of a group. Returns how many were handled.
/// fn replay_oldest(operations: &mut dyn Operations, topic: &str, group: &str) -> Result<usize, BusError> {
///     let letters = operations.dead_letters(topic, group, None, 500)?;
///     let replayed = replay_all(operations, topic, group, &letters, Duration::from_secs(60))?;
///     Ok(replayed.iter().filter(|outcome| matches!(outcome, Replayed::Handled(_))).count())
/// }
/// ```
pub fn replay_all(
    operations: &mut dyn Operations,
    topic: &str,
    group: &str,
    letters: &[DeadLetter],
    timeout: Duration,
) -> Result<Vec<Replayed>, BusError> {
    let unfinished =
        if Together::may_gather(letters) { operations.replaying(topic, group)? } else { Vec::new() };
    let mut together = Together::new(ConsumerSettings::default().read_bytes, unfinished);
    let mut replayed = Vec::with_capacity(letters.len());
    let mut end = |together: &mut Together| -> Result<(), BusError> {
        let outcomes = together.replay(operations, topic, group, timeout)?;
        replayed.extend(outcomes.into_iter().map(|(_, outcome)| outcome));
        Ok(())
    };
    for letter in letters {
        if !together.admits(letter) {
            end(&mut together)?;
        }
        together.add(letter.clone());
    }
    end(&mut together)?;
    Ok(replayed)
}
