//! `check`: what is wrong with the events of the program.

use std::io::Write;

use clap::Args;

use super::outcome::{CommandResult, Outcome};
use crate::{event::EventDefinition, registry, schema::Schema};

/// The arguments of `check`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  openedx-events check

Exits with 1 where there are findings.")]
pub struct Check;

pub(super) fn run(out: &mut dyn Write) -> CommandResult {
    let mut outcome = Outcome::Done;
    for finding in findings() {
        writeln!(out, "{finding}")?;
        outcome = Outcome::Findings;
    }
    Ok(outcome)
}

/// All findings, each on one line.
fn findings() -> impl Iterator<Item = String> {
    registry::events().flat_map(data_keys_without_payload)
}

/// Python's `send_event` takes a data key whose value is false in Python for a missing one, and raises
/// `SenderValidationError`: a payload is never false.
fn data_keys_without_payload(event: &'static EventDefinition) -> impl Iterator<Item = String> {
    let on_the_bus = event.local_only().is_none();
    let bare = event.data().filter(move |data| on_the_bus && !matches!(data.0.schema, Schema::Record(_)));
    bare.map(|data| {
        format!(
            "{}:{}: data key `{}` of `{}` is `{}` and no payload: Python refuses to send it as `0`, `\"\"`, \
             `false` or `None`",
            event.file(),
            event.line(),
            data.name(),
            event.event_type(),
            data.type_name(),
        )
    })
}
