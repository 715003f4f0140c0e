//! `seek`: moves a group to another position in its topic.

use std::io::Write;

use clap::Args;

use super::{
    args::{GroupArgs, OpenTopic},
    result::{CommandError, CommandResult, Done},
};
use crate::event_bus::{EntryId, Start};

/// The arguments of `seek`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events seek -t loans -g reminders --to start
  openedx-events seek -t loans -g reminders --to 1679676448892-0
  openedx-events seek -t loans -g new-group --to start --create

Stop the group's consumers first. Entries that they have not acknowledged stay with them: see `pending`.")]
pub struct Seek {
    #[command(flatten)]
    group: GroupArgs,
    /// Entry after which the group continues. `start` is before the oldest entry, and `end` is after the newest.
    #[arg(long, value_name = "ID")]
    to: String,
    /// Create the group, and the topic, if they do not exist.
    #[arg(long)]
    create: bool,
}

impl Seek {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let (start, place) = match &*self.to {
            "start" | "0" | "0-0" => (Start::Backlog, "with the oldest entry".to_owned()),
            "end" | "$" => (Start::New, "with the next entry that is added".to_owned()),
            id if id.contains(|char: char| char.is_ascii_digit()) => {
                (Start::After(EntryId::new(id)), format!("after entry {id}"))
            }
            other => return Err(unknown_position(other)),
        };
        let mut opened = self.group.open()?;
        if !self.create
            && let Some(missing) = opened.missing()?
        {
            return Err(CommandError::new(format!(
                "{missing}\nnote: `seek` creates a group only if it is told to\nhelp: {}, or pass `--create`",
                missing.help()
            )));
        }
        let OpenTopic { name: topic, mut operations, .. } = opened;
        let is_new = operations.seek(&topic, &self.group.group, &start)?;
        let does = if is_new { "is new, and begins" } else { "continues" };
        writeln!(out, "group `{}` of `{topic}` {does} {place}", self.group.group)?;
        Ok(Done::Clean)
    }
}

/// Refuses a position, and understands the words that other tools use for the two ends.
fn unknown_position(word: &str) -> CommandError {
    let help = match &*word.to_ascii_lowercase() {
        "beginning" | "begin" | "first" | "oldest" | "earliest" | "head" | "all" | "-" => {
            "write `--to start`"
        }
        "latest" | "last" | "newest" | "now" | "tail" | "+" | "new" => "write `--to end`",
        _ => "write `start`, `end`, or the id of an entry, as `tail` prints it",
    };
    CommandError::new(format!(
        "`{word}` is not a position in a topic\nnote: `start` is before the oldest entry, and `end` is after the newest\nhelp: \
         {help}"
    ))
}
