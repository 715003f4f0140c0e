//! `check`: reports mistakes in the events of the program.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    args::SettingsArgs,
    check_bus,
    finding_lines::FindingLines,
    result::{CommandError, CommandResult, Done},
};
use crate::{
    contracts::program,
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

Exits with 1 if there are findings. Lines that begin with `warning: ` or `settings: warning: ` may be intended, and do
not count.")]
pub struct Check {
    /// Folder of the `Cargo.toml` whose `schemas` are the contracts. By default, the current folder, and each folder below it
    /// that holds a package with events of the program.
    #[arg(long, value_name = "DIR", value_parser = package)]
    package: Option<PathBuf>,
    /// Also report contracts that were changed or deleted since this git revision, as in `origin/main`.
    #[arg(long, value_name = "REV")]
    against: Option<String>,
    /// Also ask the server of the event bus: whether it answers, and has the topics and groups of the settings. On Kafka, also
    /// for missing rights, and for schemas that the registry would refuse. This changes nothing.
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Check {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let found = self.findings()?;
        for line in &found.lines {
            writeln!(out, "{line}")?;
        }
        Ok(if found.has_errors { Done::WithFindings } else { Done::Clean })
    }

    fn findings(&self) -> Result<FindingLines, CommandError> {
        let mut found = FindingLines::default();
        let findings = registry::findings();
        found.errors(&findings);
        // If an event type is defined twice, all other functions of the registry panic.
        if !findings.iter().any(is_duplicate) {
            found.errors(no_events());
            found.warnings(registry::events().flat_map(data_keys_without_payload));
            let packages = self.packages().map_err(|error| self.unreadable(&error))?;
            found.errors(program::findings(&packages).map_err(|error| self.unreadable(&error))?);
            check_bus::find(&self.settings, self.live, &mut found);
        }
        if let Some(revision) = &self.against {
            let packages = self.packages().map_err(|error| self.unreadable(&error))?;
            let changed = program::changed_since(&packages, revision);
            found.errors(changed.map_err(|error| self.unreadable(&error))?);
        }
        Ok(found)
    }

    fn packages(&self) -> io::Result<Vec<PathBuf>> {
        match &self.package {
            Some(package) => Ok(vec![package.clone()]),
            None => program::packages(),
        }
    }

    fn unreadable(&self, error: &io::Error) -> CommandError {
        let package = self.package.as_deref().unwrap_or(Path::new("."));
        CommandError::new(format!("cannot read the contracts of {}: {error}", package.display()))
    }
}

/// Refuses a misspelt folder, in which no contract would be found.
fn package(folder: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(folder);
    if folder.is_dir() { Ok(folder) } else { Err("the folder does not exist".to_owned()) }
}

/// Fails if an event type is defined twice. The other commands use the registry, which would panic.
pub(super) fn require_one_definition_a_type() -> Result<(), CommandError> {
    let duplicates = registry::findings().into_iter().filter(is_duplicate);
    let lines: Vec<String> = duplicates.map(|finding| finding.to_string()).collect();
    if lines.is_empty() { Ok(()) } else { Err(CommandError::new(lines.join("\n"))) }
}

fn is_duplicate(finding: &Finding) -> bool {
    finding.rule() == "type_duplicate"
}

/// Finds a program without events, which would pass all other checks.
fn no_events() -> Option<&'static str> {
    registry::events().next().is_none().then_some(
        "no_event: this program has no events, because a crate's events are only linked if the program mentions the \
         crate (help: `use my_events as _;`)",
    )
}

/// Finds data keys that Python may refuse to send. Python's `send_event` treats a data key whose value is false in Python
/// as missing, and raises `SenderValidationError`. A payload is never false.
fn data_keys_without_payload(event: &'static EventDefinition) -> impl Iterator<Item = Finding> {
    let on_the_bus = event.local_only().is_none();
    let bare = event.data().filter(move |data| on_the_bus && !matches!(data.0.schema, Schema::Record(_)));
    bare.map(|data| {
        let text = format!(
            "data key `{}` of `{}` at {}:{} is `{}`, which is not a payload: Python refuses to send it as `0`, `\"\"`, \
             `false` or `None`",
            data.name(),
            event.event_type(),
            event.file(),
            event.line(),
            data.type_name(),
        );
        let help = "help: leave it if no Python service sends the event; otherwise, put the value into a payload";
        Finding::new("field_no_payload", event.event_type(), text, Some(help.to_owned()))
    })
}
