//! `check`: what is wrong with the events of the program.

use std::{
    fmt::Display,
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
    event_bus::settings,
    registry::{self, Finding},
    schema::Schema,
};

/// The arguments of `check`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events check
  openedx-events check --against HEAD
  openedx-events check --settings lms.env.yml --live

Exits with 1 where there are findings. What begins with `warning: ` or `settings: warning: ` may be as it was
meant, and does not count.")]
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

/// What was found, one line each, in the order that it is printed.
#[derive(Default)]
pub(super) struct Found {
    lines: Vec<String>,
    has_errors: bool,
}

impl Found {
    pub(super) fn errors(&mut self, found: impl IntoIterator<Item: ToString>) {
        let before = self.lines.len();
        self.lines.extend(found.into_iter().map(|finding| finding.to_string()));
        self.has_errors |= self.lines.len() > before;
    }

    /// What may be as it was meant.
    pub(super) fn warnings(&mut self, found: impl IntoIterator<Item: Display>) {
        self.lines.extend(found.into_iter().map(|finding| format!("warning: {finding}")));
    }

    pub(super) fn settings(&mut self, found: &[settings::Finding]) {
        let line =
            |finding: &settings::Finding| format!("settings: {}", finding.to_string().replace("\n  ", "; "));
        self.lines.extend(found.iter().map(line));
        self.has_errors |= found.iter().any(|finding| finding.severity() == settings::Severity::Error);
    }
}

impl Check {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let found = self.found()?;
        for line in &found.lines {
            writeln!(out, "{line}")?;
        }
        Ok(if found.has_errors { Outcome::Findings } else { Outcome::Done })
    }

    fn found(&self) -> Result<Found, Failure> {
        let mut found = Found::default();
        let findings = registry::findings();
        found.errors(&findings);
        // Where an event type is defined twice, the registry answers nothing else.
        if !findings.iter().any(is_duplicate) {
            found.errors(no_events());
            found.warnings(registry::events().flat_map(data_keys_without_payload));
            found.errors(contracts::of_program(&self.package).map_err(|error| self.unread(&error))?);
            check_bus::find(&self.settings, self.live, &mut found);
        }
        if let Some(revision) = &self.against {
            let changed = contracts::changed_since(&self.package, revision);
            found.errors(changed.map_err(|error| self.unread(&error))?);
        }
        Ok(found)
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

/// A program into which nothing was linked would pass all that follows.
fn no_events() -> Option<&'static str> {
    registry::events().next().is_none().then_some(
        "no_event: this program has no events: those of a crate are there once something in the program mentions it \
         (help: `use my_events as _;`)",
    )
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
        Finding::new("field_no_payload", event.event_type(), text).with_help(
            "help: leave it where no Python service sends the event; else put the value into a payload".to_owned(),
        )
    })
}
