//! `seek`: moves a group to another position in its topic.

use std::{
    io::Write,
    time::{Duration, SystemTime},
};

use clap::Args;

use super::{
    args::{GroupArgs, OpenTopic},
    result::{CommandError, CommandResult, Done},
    times,
};
use crate::event_bus::{EntryId, Operations, Start, utc};

/// The arguments of `seek`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events seek -t loans -g reminders --to start
  openedx-events seek -t loans -g reminders --to 1679676448892-0
  openedx-events seek -t loans -g reminders --to-time 2025-11-30T08:00:00Z
  openedx-events seek -t loans -g reminders --since 2h
  openedx-events seek -t loans -g new-group --to start --create

Stop the group's consumers first. Entries that they have not acknowledged stay with them: see `pending`.")]
pub struct Seek {
    #[command(flatten)]
    group: GroupArgs,
    /// Entry after which the group continues. `start` is before the oldest entry, and `end` is after the newest.
    #[arg(long, value_name = "ID", required_unless_present_any = ["to_time", "since"])]
    to: Option<String>,
    /// Continue with the first entry that was stored at this time or later.
    #[arg(long, alias = "to_time", value_name = "TIME", value_parser = times::moment, conflicts_with = "to")]
    to_time: Option<SystemTime>,
    /// Continue with the entries stored within this length of time, such as `2h`.
    #[arg(long, value_name = "LENGTH", value_parser = times::ago, conflicts_with_all = ["to", "to_time"])]
    since: Option<Duration>,
    /// Create the group, and the topic, if they do not exist.
    #[arg(long)]
    create: bool,
}

impl Seek {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let (start, place) = self.start()?;
        let mut opened = self.group.open()?;
        if !self.create
            && let Some(missing) = opened.missing()?
        {
            return Err(CommandError::new(format!(
                "{missing}\nnote: `seek` creates a group only if it is told to\nhelp: {} To create it, pass `--create`",
                sentence(missing.help())
            )));
        }
        let OpenTopic { name: topic, mut operations, .. } = opened;
        let is_new = operations.seek(&topic, &self.group.group, &start)?;
        let does = if is_new { "is new, and begins" } else { "continues" };
        writeln!(out, "group `{}` of `{topic}` {does} {place}", self.group.group)?;
        if let Start::After(id) = &start
            && let Some(others) = self.other_partitions(&topic, id, &mut *operations)
        {
            writeln!(out, "in the other partitions, it {others}")?;
        }
        Ok(Done::Clean)
    }
}

/// Ends a sentence, unless it is a question.
fn sentence(mut text: String) -> String {
    if !text.ends_with('?') {
        text.push('.');
    }
    text
}

impl Seek {
    /// Returns where the group continues in partitions that do not have the entry, if there are any. An entry is a time there.
    fn other_partitions(&self, topic: &str, id: &EntryId, operations: &mut dyn Operations) -> Option<String> {
        let lags = operations.lag(topic, &self.group.group).ok()?;
        let others = lags.iter().filter_map(|lag| Some((lag.partition?, lag.committed.as_deref()?)));
        let others = others.filter(|(partition, _)| !id.as_str().starts_with(&format!("{partition}-")));
        let others: Vec<_> =
            others.map(|(partition, at)| format!("partition {partition} at offset {at}")).collect();
        (!others.is_empty())
            .then(|| format!("continues with the first entries that are not older: {}", others.join(", ")))
    }

    /// Returns where the group continues, and the words for it.
    fn start(&self) -> Result<(Start, String), CommandError> {
        if let Some(time) = self.to_time.or_else(|| self.since.map(times::before_now)) {
            let place = if time > SystemTime::now() {
                format!("with the next entry that is added, because {} is in the future", utc(time))
            } else {
                format!("with the first entry stored at {} or later", utc(time))
            };
            return Ok((Start::At(time), place));
        }
        Ok(match self.to.as_deref().unwrap_or_default() {
            "start" | "0" => (Start::Backlog, "with the oldest entry".to_owned()),
            "end" | "$" => (Start::New, "with the next entry that is added".to_owned()),
            time if times::moment(time).is_ok() || time.contains('T') => {
                return Err(CommandError::new(format!(
                    "`{time}` is not the id of an entry\nhelp: write `--to-time {time}`"
                )));
            }
            id if id.contains(|char: char| char.is_ascii_digit()) => {
                (Start::After(EntryId::new(id)), format!("after entry {id}"))
            }
            other => return Err(unknown_position(other)),
        })
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
