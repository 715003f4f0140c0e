//! `tail`: prints the entries of a topic, without any group.

use std::{
    collections::VecDeque,
    io::Write,
    thread,
    time::{Duration, SystemTime},
};

use clap::Args;
use serde_json::Value;

use super::{
    args::{OpenTopic, TopicArgs},
    event_json::entry,
    result::{CommandError, CommandResult, Done},
    times,
};
use crate::error::chain;
use crate::event_bus::{BusError, Cursor, EntryId, Operations, Page, Sizes, Start};

/// How often `--follow` looks for new entries.
const PAUSE: Duration = Duration::from_millis(500);

/// The arguments of `tail`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events tail -t loans
  openedx-events tail -t loans --last 10
  openedx-events tail -t loans --since 2h
  openedx-events tail -t loans --from 1679676448892-0 --follow")]
pub struct Tail {
    #[command(flatten)]
    topic: TopicArgs,
    /// Begin after this entry. By default, begin with the oldest.
    #[arg(long, value_name = "ID")]
    from: Option<String>,
    /// Begin with the first entry that was stored at this time or later.
    #[arg(long, alias = "from_time", value_name = "TIME", value_parser = times::moment, conflicts_with_all = ["from", "last"])]
    from_time: Option<SystemTime>,
    /// Begin with the entries stored within this length of time, such as `2h`.
    #[arg(long, value_name = "LENGTH", value_parser = times::ago, conflicts_with_all = ["from", "last", "from_time"])]
    since: Option<Duration>,
    /// Begin with the last N entries. The topic is read from its beginning to find them.
    #[arg(long, value_name = "N", conflicts_with = "from")]
    last: Option<usize>,
    /// Stop after N entries.
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Wait for new entries.
    #[arg(short, long)]
    follow: bool,
    /// Do not redact personal data.
    #[arg(long)]
    reveal: bool,
}

impl Tail {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let mut topic = self.topic.open(None)?;
        let mut cursor = match self.last {
            Some(last) => before_last(&mut *topic.operations, &topic.name, last)?,
            None => {
                let time = self.from_time.or_else(|| self.since.map(times::before_now));
                let after = self.from.as_deref().map(|id| Start::After(EntryId::new(id)));
                let at = time.map(Start::At).or(after).unwrap_or(Start::Backlog);
                topic.operations.cursor(&topic.name, &at)?
            }
        };
        let mut left = self.count.unwrap_or(usize::MAX);
        // If the server has never answered, it may be the wrong one, and the command fails.
        let mut has_answered = false;
        let mut sizes = Sizes::default();
        while left > 0 {
            let page = match topic.operations.read(&topic.name, &cursor, sizes.page().min(left)) {
                Ok(page) => page,
                Err(error) if has_answered && self.follow && error.is_transient() => {
                    tracing::warn!(error = chain(&error), "cannot read the topic, trying again");
                    thread::sleep(PAUSE);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let Page { entries, next } = page;
            cursor = next;
            if entries.is_empty() && !has_answered {
                self.explain_nothing(&mut topic)?;
            }
            has_answered = true;
            for found in &entries {
                sizes.add(found.memory());
                writeln!(out, "{}", Value::Object(entry(&found.id, &found.message, self.reveal)))?;
            }
            left = left.saturating_sub(entries.len());
            if entries.is_empty() {
                if !self.follow {
                    break;
                }
                out.flush()?;
                thread::sleep(PAUSE);
            }
        }
        Ok(Done::Clean)
    }

    /// Fails if the topic does not exist. With `--follow`, warns and waits for it.
    fn explain_nothing(&self, topic: &mut OpenTopic) -> Result<(), CommandError> {
        if !self.follow {
            return topic.explain_nothing();
        }
        if let Ok(Some(missing)) = topic.missing() {
            tracing::warn!("{missing}, waiting for it: {}", missing.help());
        }
        Ok(())
    }
}

/// Returns the place before the last `last` entries, or the beginning if the topic has no more than these.
fn before_last(operations: &mut dyn Operations, topic: &str, last: usize) -> Result<Cursor, BusError> {
    let mut cursor = operations.cursor(topic, &Start::Backlog)?;
    // The pages with the last entries: where each begins, and its number of entries.
    let mut pages = VecDeque::new();
    let mut count = 0;
    let mut sizes = Sizes::default();
    loop {
        let Page { entries, next } = operations.read(topic, &cursor, sizes.page())?;
        if entries.is_empty() {
            break;
        }
        for found in &entries {
            sizes.add(found.memory());
        }
        count += entries.len();
        pages.push_back((cursor, entries.len()));
        cursor = next;
        while let Some((_, first)) = pages.front()
            && count - first >= last
        {
            count -= first;
            pages.pop_front();
        }
    }
    let Some((first, _)) = pages.pop_front() else { return Ok(cursor) };
    let skipped = count.saturating_sub(last);
    Ok(if skipped == 0 { first } else { operations.read(topic, &first, skipped)?.next })
}
