//! Replays dead letters in order, and consecutive dead letters for a batch receiver together.

use std::{collections::HashSet, io::Write, time::Duration};

use serde_json::json;

use super::{
    args::OpenTopic,
    result::{CommandError, CommandResult, Done},
};
use crate::event_bus::{DeadLetter, EntryId, Renamed, Replayed, Settings, Together, rename};

/// Replays dead letters, and prints a line for each in their order.
pub(super) struct Replays<'a> {
    group: &'a str,
    timeout: Duration,
    /// The dead letters that wait for others, to form a batch.
    together: Together,
    /// The new ids of the dead letters that are kept: the list ends with them.
    tried: HashSet<EntryId>,
    done: Done,
    out: &'a mut dyn Write,
}

impl<'a> Replays<'a> {
    /// Replays the dead letters in `unfinished` one at a time.
    pub(super) fn new(
        group: &'a str,
        settings: &Settings,
        unfinished: Vec<EntryId>,
        out: &'a mut dyn Write,
    ) -> Self {
        Self {
            group,
            timeout: settings.consumer.receiver_timeout,
            together: Together::new(settings.consumer.read_bytes, unfinished),
            tried: HashSet::new(),
            done: Done::Clean,
            out,
        }
    }

    /// Replays the letter, now or together with later ones.
    pub(super) fn add(
        &mut self,
        topic: &mut OpenTopic,
        mut letter: DeadLetter,
        renamed: &[Renamed],
    ) -> Result<(), CommandError> {
        if self.tried.contains(&letter.id) {
            return Ok(());
        }
        if let Err(error) = rename(&mut letter, renamed) {
            return self.refuse(topic, &letter.id, &error);
        }
        if !self.together.admits(&letter) {
            self.flush(topic)?;
        }
        self.together.add(letter);
        if self.together.is_full() { self.flush(topic) } else { Ok(()) }
    }

    /// Skips a letter.
    pub(super) fn refuse(
        &mut self,
        topic: &mut OpenTopic,
        id: &EntryId,
        error: &str,
    ) -> Result<(), CommandError> {
        self.flush(topic)?;
        self.print(id, &Replayed::Failed(id.clone(), error.to_owned()))?;
        self.out.flush()?;
        Ok(())
    }

    /// Replays the letters that still wait. Returns whether all letters were handled.
    pub(super) fn end(mut self, topic: &mut OpenTopic) -> CommandResult {
        self.flush(topic)?;
        Ok(self.done)
    }

    /// Replays the letters that wait.
    fn flush(&mut self, topic: &mut OpenTopic) -> Result<(), CommandError> {
        let replayed = self.together.replay(&mut *topic.operations, &topic.name, self.group, self.timeout)?;
        for (id, outcome) in replayed {
            self.print(&id, &outcome)?;
        }
        // The next one may end the process.
        self.out.flush()?;
        Ok(())
    }

    fn print(&mut self, id: &EntryId, outcome: &Replayed) -> Result<(), CommandError> {
        let line = match outcome {
            Replayed::Handled(id) => json!({"id": id.as_str(), "handled": true}),
            Replayed::Failed(kept_as, error) | Replayed::TimedOut(kept_as, error) => {
                self.done = Done::WithFindings;
                let mut line = json!({"id": id.as_str(), "handled": false, "error": error});
                if kept_as != id {
                    line["kept_as"] = kept_as.as_str().into();
                    self.tried.insert(kept_as.clone());
                }
                line
            }
        };
        writeln!(self.out, "{line}")?;
        Ok(())
    }
}
