//! `seek`: moves a group to another position in its topic.

use std::io::Write;

use clap::Args;

use super::{
    args::GroupArgs,
    result::{CommandResult, Done},
};
use crate::event_bus::{EntryId, Start};

/// The arguments of `seek`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events seek -t loans -g reminders --to start
  openedx-events seek -t loans -g reminders --to 1679676448892-0

Stop the group's consumers first. Entries that they have not acknowledged stay with them: see `pending`.")]
pub struct Seek {
    #[command(flatten)]
    group: GroupArgs,
    /// Entry after which the group continues. `start` is before the oldest entry, and `end` is after the newest. A group that
    /// does not exist is created.
    #[arg(long, value_name = "ID")]
    to: String,
}

impl Seek {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let (topic, mut operations) = self.group.topic.open()?;
        let (start, place) = match &*self.to {
            "start" | "0" | "0-0" => (Start::Backlog, "with the oldest entry".to_owned()),
            "end" | "$" => (Start::New, "with the next entry that is added".to_owned()),
            id => (Start::After(EntryId::new(id)), format!("after entry {id}")),
        };
        let is_new = operations.seek(&topic, &self.group.group, &start)?;
        let does = if is_new { "is new, and begins" } else { "continues" };
        writeln!(out, "group `{}` of `{topic}` {does} {place}", self.group.group)?;
        Ok(Done::Clean)
    }
}
