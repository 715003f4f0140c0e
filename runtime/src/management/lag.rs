//! `lag`: prints how far groups are behind.

use std::io::Write;

use clap::{Args, builder::NonEmptyStringValueParser};
use serde_json::json;

use super::{
    args::TopicArgs,
    result::{CommandError, CommandResult, Done},
};

/// The arguments of `lag`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events lag -t loans
  openedx-events lag -t loans -g reminders

Prints a line for each group, or for each partition if the topic has partitions. `count` is the number of entries that no member of
the group has received yet; those that members have received are in `pending`. If `exact` is false, there are at least `count`.")]
pub struct LagOfGroup {
    #[command(flatten)]
    topic: TopicArgs,
    /// Consumer group. By default, all groups of the topic.
    #[arg(short, long, alias = "group_id", alias = "group-id", value_parser = NonEmptyStringValueParser::new())]
    group: Option<String>,
}

impl LagOfGroup {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let mut topic = self.topic.open(self.group.as_deref())?;
        let groups = match self.group {
            Some(group) => vec![group],
            None => {
                let Some(mut groups) = topic.operations.groups(&topic.name)? else {
                    topic.explain_nothing()?;
                    return Err(CommandError::new(format!("topic `{}` does not exist", topic.name)));
                };
                groups.sort_unstable();
                groups
            }
        };
        let name = &topic.name;
        let lags = match &*groups {
            [group] => topic.operations.lag(name, group).map(|lags| vec![lags]),
            groups => topic.operations.lags(name, groups),
        };
        let lags = match lags {
            Ok(lags) => lags,
            Err(error) => {
                topic.explain_nothing()?;
                return Err(error.into());
            }
        };
        for (group, lags) in groups.iter().zip(lags) {
            for lag in lags {
                let line = json!({
                    "group": group,
                    "partition": lag.partition,
                    "committed": lag.committed,
                    "end": lag.end,
                    "count": lag.count,
                    "exact": lag.is_exact,
                });
                writeln!(out, "{line}")?;
            }
        }
        Ok(Done::Clean)
    }
}
