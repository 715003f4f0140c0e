//! `check`: what is wrong with the events of the program.

use std::io::Write;

use clap::Args;

use super::outcome::{CommandResult, Failure, Outcome};
use crate::{
    event::EventDefinition,
    registry::{self, Finding},
    schema::Schema,
};

/// The arguments of `check`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  openedx-events check

Exits with 1 where there are findings.")]
pub struct Check;

pub(super) fn run(out: &mut dyn Write) -> CommandResult {
    let findings = findings();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    Ok(if findings.is_empty() { Outcome::Done } else { Outcome::Findings })
}

fn findings() -> Vec<Finding> {
    let mut findings = registry::findings();
    // Where an event type is defined twice, the registry answers nothing else.
    if !findings.iter().any(is_duplicate) {
        findings.extend(registry::events().flat_map(data_keys_without_payload));
    }
    findings
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
