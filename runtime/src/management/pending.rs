//! `pending`: lists the entries that members of a group have not acknowledged.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::{
    args::GroupArgs,
    result::{CommandResult, Done},
};

const PAGE: usize = 500;

/// The arguments of `pending`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  openedx-events pending -t loans -g reminders")]
pub struct PendingEntries {
    #[command(flatten)]
    group: GroupArgs,
}

impl PendingEntries {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let mut topic = self.group.open()?;
        let mut after = None;
        loop {
            let page = match topic.operations.pending(&topic.name, &self.group.group, after.as_ref(), PAGE) {
                Ok(page) => page,
                Err(error) => {
                    topic.explain_nothing()?;
                    return Err(error.into());
                }
            };
            for entry in &page {
                let idle = u64::try_from(entry.idle.as_millis()).unwrap_or(u64::MAX);
                let line = json!({
                    "id": entry.id.as_str(),
                    "consumer_name": entry.consumer_name,
                    "idle_ms": idle,
                    "attempts": entry.attempts,
                });
                writeln!(out, "{line}")?;
            }
            match page.last() {
                Some(last) => after = Some(last.id.clone()),
                None => return Ok(Done::Clean),
            }
        }
    }
}
