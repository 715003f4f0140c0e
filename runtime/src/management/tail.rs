//! `tail`: prints the entries of a topic, without any group.

use std::{collections::VecDeque, io::Write, thread, time::Duration};

use clap::Args;
use serde_json::Value;

use super::{
    args::TopicArgs,
    event_json::entry,
    result::{CommandResult, Done},
};
use crate::error::chain;
use crate::event_bus::{BusError, EntryId, Operations};

/// How many entries are read at a time.
const PAGE: usize = 500;
/// How often `--follow` looks for new entries.
const PAUSE: Duration = Duration::from_millis(500);

/// The arguments of `tail`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events tail -t loans
  openedx-events tail -t loans --last 10
  openedx-events tail -t loans --from 1679676448892-0 --follow")]
pub struct Tail {
    #[command(flatten)]
    topic: TopicArgs,
    /// Begin after this entry. By default, begin with the oldest.
    #[arg(long, value_name = "ID")]
    from: Option<String>,
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
        let (topic, mut operations) = self.topic.open()?;
        let mut after = match self.last {
            Some(last) => before_last(&mut *operations, &topic, last)?,
            None => self.from.map(EntryId::new),
        };
        let mut left = self.count.unwrap_or(usize::MAX);
        // If the server has never answered, it may be the wrong one, and the command fails.
        let mut is_following = false;
        while left > 0 {
            let page = match operations.read(&topic, after.as_ref(), PAGE.min(left)) {
                Ok(page) => page,
                Err(error) if is_following && error.is_transient() => {
                    tracing::warn!(error = chain(&error), "cannot read the topic, trying again");
                    thread::sleep(PAUSE);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            is_following = self.follow;
            for found in &page {
                writeln!(out, "{}", Value::Object(entry(&found.id, &found.message, self.reveal)))?;
                after = Some(found.id.clone());
            }
            left = left.saturating_sub(page.len());
            if page.is_empty() {
                if !self.follow {
                    break;
                }
                out.flush()?;
                thread::sleep(PAUSE);
            }
        }
        Ok(Done::Clean)
    }
}

/// Returns the entry before the last `last` entries, or `None` if the topic has no more than these.
fn before_last(
    operations: &mut dyn Operations,
    topic: &str,
    last: usize,
) -> Result<Option<EntryId>, BusError> {
    let mut newest: VecDeque<EntryId> = VecDeque::new();
    loop {
        let page = operations.read(topic, newest.back(), PAGE)?;
        if page.is_empty() {
            break;
        }
        newest.extend(page.into_iter().map(|found| found.id));
        // Keep one entry more than requested: the entry before the last `last`.
        newest.drain(..newest.len().saturating_sub(last.saturating_add(1)));
    }
    Ok(if newest.len() > last { newest.pop_front() } else { None })
}
