//! `list`: the registry as a table for people, or as JSON for programs.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::{
    find::subdomain,
    outcome::{CommandResult, Outcome},
};
use crate::{
    event::{DataKey, EventDefinition},
    receiver::ReceiverDefinition,
    registry,
};

/// The arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events list
  openedx-events list --json")]
pub struct List {
    /// Write a JSON array.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let written = if self.json { write_json(out) } else { write_table(out) };
        written?;
        Ok(Outcome::Done)
    }
}

fn write_json(out: &mut dyn Write) -> io::Result<()> {
    let events: Vec<EventEntry> = registry::events().map(EventEntry::new).collect();
    serde_json::to_writer_pretty(&mut *out, &events)?;
    writeln!(out)
}

#[derive(Serialize)]
struct EventEntry {
    event_type: &'static str,
    constant: &'static str,
    subdomain: &'static str,
    minor_version: u32,
    data: Vec<DataEntry>,
    key_field: Option<&'static str>,
    repository: Option<&'static str>,
    local_only: Option<&'static str>,
    deprecated: Option<DeprecatedEntry>,
    description: &'static str,
    file: &'static str,
    line: u32,
    receivers: Vec<ReceiverEntry>,
}

#[derive(Serialize)]
struct DataEntry {
    key: &'static str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct DeprecatedEntry {
    since: Option<&'static str>,
    note: &'static str,
}

#[derive(Serialize)]
struct ReceiverEntry {
    name: &'static str,
    module_path: &'static str,
    file: &'static str,
    line: u32,
    order: i32,
}

impl EventEntry {
    fn new(event: &'static EventDefinition) -> Self {
        Self {
            event_type: event.event_type(),
            constant: event.name(),
            subdomain: subdomain(event.event_type()),
            minor_version: event.minor_version(),
            data: event.data().map(DataEntry::new).collect(),
            key_field: event.key_field(),
            repository: event.repository(),
            local_only: event.local_only(),
            deprecated: event.deprecated().map(|it| DeprecatedEntry { since: it.since, note: it.note }),
            description: event.docs(),
            file: event.file(),
            line: event.line(),
            receivers: event.receivers().map(ReceiverEntry::new).collect(),
        }
    }
}

impl DataEntry {
    fn new(data: DataKey) -> Self {
        Self { key: data.name(), r#type: data.type_name() }
    }
}

impl ReceiverEntry {
    fn new(receiver: &'static ReceiverDefinition) -> Self {
        Self {
            name: receiver.name(),
            module_path: receiver.module_path(),
            file: receiver.file(),
            line: receiver.line(),
            order: receiver.order(),
        }
    }
}

/// One event a line, for `grep`; what is long stands on the right, where a narrow terminal wraps it.
fn write_table(out: &mut dyn Write) -> io::Result<()> {
    let header = ["SUBDOMAIN", "CONSTANT", "RECEIVERS", "FLAGS", "EVENT TYPE", "KEY"].map(str::to_owned);
    let mut rows = vec![header];
    rows.extend(registry::events().map(row));

    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in &rows {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

const COLUMNS: usize = 6;

fn row(event: &'static EventDefinition) -> [String; COLUMNS] {
    let flags: Vec<&str> =
        [("local-only", event.local_only().is_some()), ("deprecated", event.deprecated().is_some())]
            .into_iter()
            .filter_map(|(flag, set)| set.then_some(flag))
            .collect();
    let or_none = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    [
        subdomain(event.event_type()).to_owned(),
        event.name().to_owned(),
        event.receivers().count().to_string(),
        or_none(&flags.join(",")),
        event.event_type().to_owned(),
        or_none(event.key_field().unwrap_or_default()),
    ]
}
