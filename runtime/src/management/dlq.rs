//! `dlq`: lists, replays and drops the dead letters of a group.

use std::{collections::HashSet, io::Write};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    args::{GroupArgs, OpenTopic, with_bus},
    event_json::entry,
    replays::Replays,
    result::{CommandError, CommandResult, Done},
};
use crate::{
    date_time::DateTime,
    event_bus::{DeadLetter, EntryId, Renamed, Settings, Sizes, Together},
    executor::in_runtime,
};

/// Why `dlq replay --all` skips a dead letter.
const UNFINISHED: &str = "skipped: an earlier replay of it began and did not end, because a receiver crashed or hung, or because it \
     is still running; give its id to replay it again";
/// The number of dead letters that one call drops.
const DROPPED: usize = 500;

/// The commands about dead letters.
#[derive(Debug, Subcommand)]
pub enum Dlq {
    /// List the dead letters: which receivers failed, when and why, without data.
    List(DeadLetterList),
    /// Print one dead letter with its data.
    Show(DeadLetterView),
    /// Run the failed receivers once more, in this process, and remove the dead letters that they handle.
    ///
    /// If only some receivers of an event succeed, its dead letter stays for the others, with a new id (`kept_as`). The event
    /// is not added to the topic, so other groups do not see it again.
    ///
    /// Each receiver may take `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT`. With `--all`, dead letters whose last replay crashed or
    /// blocked the process are skipped.
    Replay(Replay),
    /// Remove dead letters permanently.
    Drop(Selected),
}

/// The arguments of `dlq list`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  openedx-events dlq list -t loans -g reminders")]
pub struct DeadLetterList {
    #[command(flatten)]
    group: GroupArgs,
}

/// The arguments of `dlq show`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  openedx-events dlq show -t loans -g reminders 1679676448892-0 --reveal")]
pub struct DeadLetterView {
    #[command(flatten)]
    group: GroupArgs,
    /// Id of the dead letter.
    id: String,
    /// Do not redact personal data.
    #[arg(long)]
    reveal: bool,
}

/// A selection of dead letters.
#[derive(Args, Debug)]
#[command(after_help = "Examples of `replay` and `drop`:
  openedx-events dlq replay -t loans -g reminders --all
  openedx-events dlq replay -t loans -g reminders --all --as reminders.send
  openedx-events dlq drop -t loans -g reminders 1679676448892-0

`replay` exits with 1 if a dead letter remains. `drop` exits with 1 if a dead letter does not exist.")]
pub struct Selected {
    #[command(flatten)]
    group: GroupArgs,
    /// Ids of the dead letters.
    #[arg(conflicts_with = "all")]
    ids: Vec<String>,
    /// All dead letters of the group.
    #[arg(long)]
    all: bool,
}

/// The arguments of `dlq replay`.
#[derive(Args, Debug)]
pub struct Replay {
    #[command(flatten)]
    selected: Selected,
    /// Receiver that takes the place of a failed one which this program does not have, because it was renamed or moved. If a
    /// dead letter has several of them, give `OLD=NEW` for each.
    #[arg(long = "as", value_name = "[OLD=]NAME")]
    renamed: Vec<Renamed>,
}

impl Dlq {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        match self {
            Self::List(list) => list.run(out),
            Self::Show(show) => show.run(out),
            Self::Replay(replay) => replay.run(out),
            Self::Drop(selected) => selected.drop(out),
        }
    }
}

impl DeadLetterList {
    fn run(self, out: &mut dyn Write) -> CommandResult {
        let mut topic = self.group.open()?;
        for_each(&mut topic, &self.group.group, |_, letter| {
            let mut line = description(&letter);
            line["event_type"] = letter.message.event_type().into();
            writeln!(out, "{line}")?;
            Ok(())
        })?;
        Ok(Done::Clean)
    }
}

impl DeadLetterView {
    fn run(self, out: &mut dyn Write) -> CommandResult {
        let letter = find(&mut self.group.open()?, &self.group.group, &self.id)?;
        let mut line = description(&letter);
        line["message"] = Value::Object(entry(&letter.entry_id, &letter.message, self.reveal));
        serde_json::to_writer_pretty(&mut *out, &line).map_err(std::io::Error::from)?;
        writeln!(out)?;
        Ok(Done::Clean)
    }
}

impl Replay {
    fn run(self, out: &mut dyn Write) -> CommandResult {
        if self.renamed.iter().filter(|one| one.is_any()).count() > 1 {
            let error = "`--as NAME` is given twice\nhelp: write `--as OLD=NAME` for each renamed receiver";
            return Err(CommandError::new(error));
        }
        if let Some(unknown) = self.renamed.iter().find(|one| !one.is_known()) {
            return Err(CommandError::new(format!(
                "this program has no receiver `{}`\nhelp: write the name of one of its receivers, as `list --json` prints them",
                unknown.new_name()
            )));
        }
        self.selected.check()?;
        let (settings, mut topic) = self.selected.group.open_with_settings()?;
        let replay = || self.replay_from(&mut topic, &settings, out);
        let (done, closed) = in_runtime(|| with_bus(&settings, replay))??;
        closed?;
        Ok(done)
    }

    fn replay_from(&self, topic: &mut OpenTopic, settings: &Settings, out: &mut dyn Write) -> CommandResult {
        let group = &self.selected.group.group;
        // A wrong id is an error before any receiver runs.
        let ids = self.selected.unique_ids();
        let named: Vec<_> =
            ids.iter().map(|id| find(topic, group, id)).collect::<Result<_, CommandError>>()?;
        let asks = self.selected.all || Together::may_gather(&named);
        let unfinished = if asks { topic.operations.replaying(&topic.name, group)? } else { Vec::new() };
        let mut replays = Replays::new(group, settings, unfinished.clone(), out);
        // An operator who names a dead letter wants to try it again.
        for letter in named {
            replays.add(topic, letter, &self.renamed)?;
        }
        if self.selected.all {
            for_each(topic, group, |topic, letter| {
                if unfinished.contains(&letter.id) {
                    return replays.refuse(topic, &letter.id, UNFINISHED);
                }
                replays.add(topic, letter, &self.renamed)
            })?;
        }
        replays.end(topic)
    }
}

impl Selected {
    /// Returns the ids in their order, each once, so that receivers run once for a dead letter.
    fn unique_ids(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        self.ids.iter().map(|id| &**id).filter(|id| seen.insert(*id)).collect()
    }

    /// Refuses a command that selects nothing.
    fn check(&self) -> Result<(), CommandError> {
        if self.all || !self.ids.is_empty() {
            return Ok(());
        }
        Err(CommandError::new(
            "no dead letter is selected\nhelp: give the ids, as `dlq list` prints them, or `--all`",
        ))
    }

    fn drop(self, out: &mut dyn Write) -> CommandResult {
        self.check()?;
        let mut topic = self.group.open()?;
        let group = &self.group.group;
        let mut ids: Vec<EntryId> = self.unique_ids().into_iter().map(EntryId::new).collect();
        if self.all {
            for_each(&mut topic, group, |_, letter| {
                ids.push(letter.id);
                Ok(())
            })?;
        }
        let missing = if self.all { Vec::new() } else { missing(&mut topic, group, &ids)? };
        let mut dropped = 0;
        for page in ids.chunks(DROPPED) {
            dropped += topic.operations.drop_dead_letters(&topic.name, group, page)?;
        }
        if dropped == 0 && !ids.is_empty() {
            topic.explain_nothing()?;
        }
        write!(out, "{dropped} of {} dropped", ids.len())?;
        if !missing.is_empty() {
            let missing: Vec<String> = missing.iter().map(|id| format!("`{id}`")).collect();
            write!(out, "; no dead letter has the id {}", missing.join(", "))?;
        }
        writeln!(out)?;
        Ok(if dropped == ids.len() as u64 { Done::Clean } else { Done::WithFindings })
    }
}

/// Calls `take` once for each dead letter, oldest first, even if the letter stays. Fails if there are none because the topic or
/// the group does not exist: dead letters can outlive both.
fn for_each(
    topic: &mut OpenTopic,
    group: &str,
    take: impl FnMut(&mut OpenTopic, DeadLetter) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    if each(topic, group, take)? { Ok(()) } else { topic.explain_nothing() }
}

/// Calls `take` once for each dead letter. Returns whether there are any.
fn each(
    topic: &mut OpenTopic,
    group: &str,
    mut take: impl FnMut(&mut OpenTopic, DeadLetter) -> Result<(), CommandError>,
) -> Result<bool, CommandError> {
    let mut after: Option<EntryId> = None;
    let mut sizes = Sizes::default();
    loop {
        let page = topic.operations.dead_letters(&topic.name, group, after.as_ref(), sizes.page())?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for letter in page {
            sizes.add(letter.memory());
            take(topic, letter)?;
        }
    }
    Ok(after.is_some())
}

/// Returns the `ids` that are not among the dead letters.
fn missing(topic: &mut OpenTopic, group: &str, ids: &[EntryId]) -> Result<Vec<EntryId>, CommandError> {
    let mut missing = ids.to_vec();
    each(topic, group, |_, letter| {
        missing.retain(|id| *id != letter.id);
        Ok(())
    })?;
    Ok(missing)
}

fn find(topic: &mut OpenTopic, group: &str, id: &str) -> Result<DeadLetter, CommandError> {
    let mut found = None;
    for_each(topic, group, |_, letter| {
        if letter.id.as_str() == id {
            found = Some(letter);
        }
        Ok(())
    })?;
    found.ok_or_else(|| {
        CommandError::new(format!(
            "group `{group}` of `{}` has no dead letter `{id}`\nhelp: `dlq list` prints them",
            topic.name
        ))
    })
}

/// Describes a dead letter without its message.
fn description(letter: &DeadLetter) -> Value {
    let time = |time| DateTime::try_from(time).map(|time| time.to_string()).unwrap_or_default();
    json!({
        "id": letter.id.as_str(),
        "entry_id": letter.entry_id.as_str(),
        "error": letter.failure.error,
        "receivers": letter.failure.receivers,
        "attempts": letter.failure.attempts,
        "consumer_name": letter.consumer_name,
        "first_time": time(letter.failure.first),
        "last_time": time(letter.failure.last),
    })
}
