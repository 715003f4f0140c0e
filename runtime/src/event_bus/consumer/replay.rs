//! Dead letters, tried again: only the receivers that failed, and never through the topic.

use super::job::{name, receive};
use crate::event_bus::{
    bus::{DeadLetter, EntryId, Operations},
    error::{BusError, chain},
};

/// What became of a dead letter that was tried again.
#[derive(Debug)]
#[non_exhaustive]
pub enum Replayed {
    /// Its receivers have succeeded, and it was removed.
    Handled(EntryId),
    /// It stays, for this reason.
    Failed(EntryId, String),
}

/// Runs the receivers that failed for `letter`, in this process, and removes it from the dead letters of `group` where
/// they succeed. Where no receiver had been reached, all of them run.
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
    match run(letter) {
        Ok(()) => {
            operations.drop_dead_letters(topic, group, std::slice::from_ref(&letter.id))?;
            Ok(Replayed::Handled(letter.id.clone()))
        }
        Err(error) => Ok(Replayed::Failed(letter.id.clone(), error)),
    }
}

fn run(letter: &DeadLetter) -> Result<(), String> {
    let incoming = receive(&letter.message).map_err(|error| chain(&*error))?;
    let failed = &letter.failure.receivers;
    let names: Vec<String> = incoming.receivers().map(name).collect();
    if names.is_empty() {
        return Err("no receiver of this program takes it: link the crate with your receivers".to_owned());
    }
    if let Some(missing) = failed.iter().find(|failed| !names.contains(failed)) {
        return Err(format!(
            "receiver `{missing}` is not in this program: replay where it is linked, or drop the dead letter"
        ));
    }
    let mut errors = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if (failed.is_empty() || failed.contains(name))
            && let Err(error) = incoming.run(index)
        {
            errors.push(format!("{name}: {}", error.chain()));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
}
