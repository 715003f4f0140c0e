//! Dead letters, tried again: only the receivers that failed, and never through the topic.

use std::time::SystemTime;

use super::job::receive;
use crate::{
    error::chain,
    event_bus::{
        broker::{error::BusError, operations::Operations},
        wire::{
            dead_letter::{DeadLetter, Failure},
            entry::EntryId,
        },
    },
    receiver::Run,
};

/// What became of a dead letter that was tried again.
#[derive(Debug)]
#[non_exhaustive]
pub enum Replayed {
    /// Its receivers have succeeded, and it was removed.
    Handled(EntryId),
    /// It stays, for this reason. Where some of its receivers have succeeded, it names the others only, and this is the new
    /// id that it has.
    Failed(EntryId, String),
}

/// Runs the receivers that failed for `letter`, in this process, and removes it from the dead letters of `group` where
/// they succeed. Where no receiver had been reached, all of them run. A receiver that succeeds does not run again: the
/// dead letter that stays names those that did not.
///
/// # Errors
///
/// Where the bus could not be asked.
pub fn replay(
    operations: &mut dyn Operations,
    topic: &str,
    group: &str,
    letter: &DeadLetter,
) -> Result<Replayed, BusError> {
    let failed = match run(letter) {
        Ok(failed) => failed,
        Err(error) => return Ok(Replayed::Failed(letter.id.clone(), error)),
    };
    let Failed { names, errors, all } = failed;
    if names.is_empty() {
        operations.drop_dead_letters(topic, group, std::slice::from_ref(&letter.id))?;
        return Ok(Replayed::Handled(letter.id.clone()));
    }
    let error = errors.join("; ");
    if names.len() == all {
        return Ok(Replayed::Failed(letter.id.clone(), error));
    }
    let failure = Failure {
        error: error.clone(),
        receivers: names,
        attempts: letter.failure.attempts.saturating_add(1),
        first: letter.failure.first,
        last: SystemTime::now(),
    };
    let id = operations.replace_dead_letter(topic, group, &DeadLetter { failure, ..letter.clone() })?;
    Ok(Replayed::Failed(id, error))
}

/// The receivers that failed again, of how many, and how.
#[derive(Default)]
struct Failed {
    names: Vec<String>,
    errors: Vec<String>,
    all: usize,
}

/// An error says why no receiver ran.
fn run(letter: &DeadLetter) -> Result<Failed, String> {
    let incoming = receive(&letter.message).map_err(|error| chain(&*error))?;
    let failed = &letter.failure.receivers;
    let names: Vec<String> = incoming.receivers().map(|receiver| receiver.full_name().to_string()).collect();
    if names.is_empty() {
        return Err("no receiver of this program takes it: link the crate with your receivers".to_owned());
    }
    if let Some(missing) = failed.iter().find(|failed| !names.contains(failed)) {
        return Err(format!(
            "receiver `{missing}` is not in this program: replay where it is linked, or drop the dead letter"
        ));
    }
    let mut again = Failed::default();
    for (index, name) in names.into_iter().enumerate() {
        if failed.is_empty() || failed.contains(&name) {
            again.all += 1;
            if let Some(Run { result: Err(error), .. }) = incoming.run(index, None) {
                again.errors.push(format!("{name}: {}", error.chain()));
                again.names.push(name);
            }
        }
    }
    Ok(again)
}
