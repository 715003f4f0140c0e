//! Replaying dead letters: only for the receivers that failed, and never through the topic.

use std::time::SystemTime;

use super::job::receive;
use crate::{
    error::chain,
    event_bus::{
        broker::{BusError, Operations},
        wire::{DeadLetter, EntryId, Failure},
    },
    receiver::Run,
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
}

/// Runs the receivers that failed for `letter` in this process, and removes it from the dead letters of `group` if they
/// succeed. If no receiver had run, all of them run. A receiver that succeeds does not run again: the dead letter that is kept
/// names only those that failed.
///
/// # Errors
///
/// If the broker cannot be reached.
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

/// The receivers that failed again, and their errors.
#[derive(Default)]
struct Failed {
    names: Vec<String>,
    errors: Vec<String>,
    all: usize,
}

/// Returns an error if no receiver ran.
fn run(letter: &DeadLetter) -> Result<Failed, String> {
    let incoming = receive(&letter.message).map_err(|error| chain(&*error))?;
    let failed = &letter.failure.receivers;
    let names: Vec<String> = incoming.receivers().map(|receiver| receiver.full_name().to_string()).collect();
    if names.is_empty() {
        return Err(
            "no receiver in this program handles this event type: link the crate with your receivers"
                .to_owned(),
        );
    }
    if let Some(missing) = failed.iter().find(|failed| !names.contains(failed)) {
        return Err(format!(
            "receiver `{missing}` is not in this program: replay it in the program that has the receiver, or drop the dead letter"
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
