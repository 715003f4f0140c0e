//! `check`: what is wrong with the events of the program.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use super::{
    bus::SettingsArgs,
    check_bus,
    outcome::{CommandResult, Failure, Outcome},
};
use crate::{
    contracts,
    event::EventDefinition,
    registry::{self, Finding},
    schema::Schema,
};

/// The arguments of `check`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events check
  openedx-events check --against HEAD
  openedx-events check --settings lms.env.yml --live

Exits with 1 where there are findings.")]
pub struct Check {
    /// Folder of the `Cargo.toml` whose `schemas` are the contracts.
    #[arg(long, value_name = "DIR", default_value = ".")]
    package: PathBuf,
    /// Report also contracts that were changed or deleted since this git revision, as in `origin/main`.
    #[arg(long, value_name = "REV")]
    against: Option<String>,
    /// Ask also the server of the event bus.
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Check {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let findings = self.findings()?;
        for finding in &findings {
            writeln!(out, "{finding}")?;
        }
        Ok(if findings.is_empty() { Outcome::Done } else { Outcome::Findings })
    }

    /// All findings, each on one line.
    fn findings(&self) -> Result<Vec<String>, Failure> {
        let findings = registry::findings();
        let mut lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        // Where an event type is defined twice, the registry answers nothing else.
        if !findings.iter().any(is_duplicate) {
            let bare = registry::events().flat_map(data_keys_without_payload);
            lines.extend(bare.map(|finding| finding.to_string()));
            let contracts = contracts::of_program(&self.package).map_err(|error| self.unread(&error))?;
            lines.extend(contracts.iter().map(ToString::to_string));
            lines.extend(check_bus::findings(&self.settings, self.live));
        }
        if let Some(revision) = &self.against {
            let changed =
                contracts::changed_since(&self.package, revision).map_err(|error| self.unread(&error))?;
            lines.extend(changed.iter().map(ToString::to_string));
        }
        Ok(lines)
    }

    fn unread(&self, error: &io::Error) -> Failure {
        Failure::new(format!("the contracts of {} cannot be read: {error}", self.package.display()))
    }
}

/// The other commands ask the registry, which panics where an event type is defined twice.
pub(super) fn require_one_definition_a_type() -> Result<(), Failure> {
    let duplicates = registry::findings().into_iter().filter(is_duplicate);
    let lines: Vec<String> = duplicates.map(|finding| finding.to_string()).collect();
    if lines.is_empty() { Ok(()) } else { Err(Failure::new(lines.join("\n"))) }
}

fn is_duplicate(finding: &Finding) -> bool {
    finding.rule() == "type_duplicate"
}

/// Python's `send_event` takes a data key whose value is false in Python for a missing one, and raises
/// `SenderValidationError`: a payload is never false.
fn data_keys_without_payload(event: &'static EventDefinition) -> impl Iterator<Item = Finding> {
    let on_the_bus = event.local_only().is_none();
    let bare = event.data().filter(move |data| on_the_bus && !matches!(data.0.schema, Schema::Record(_)));
    bare.map(|data| {
        let text = format!(
            "data key `{}` of `{}` at {}:{} is `{}` and no payload: Python refuses to send it as `0`, `\"\"`, \
             `false` or `None`",
            data.name(),
            event.event_type(),
            event.file(),
            event.line(),
            data.type_name(),
        );
        Finding::new("field_no_payload", event.event_type(), text)
    })
}
