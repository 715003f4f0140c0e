//! `list`: prints the registry as a table for people, or as JSON for programs.

use std::io::{self, Write};

use clap::Args;
use serde_json::{Value, json};

use super::{
    find::subdomain,
    result::{CommandResult, Done},
};
use crate::{event::EventDefinition, registry};

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
        if self.json {
            let events: Vec<Value> = registry::events().map(describe).collect();
            serde_json::to_writer_pretty(&mut *out, &events).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            write_table(out)?;
        }
        Ok(Done::Clean)
    }
}

fn describe(event: &'static EventDefinition) -> Value {
    let data = event.data().map(|data| json!({"key": data.name(), "type": data.type_name()}));
    let receivers = event.receivers().map(|receiver| {
        json!({
            "name": receiver.name(),
            "module_path": receiver.module_path(),
            "stable_name": receiver.stable_name().to_string(),
            "only": receiver.only().map(|only| only.to_string()),
            "file": receiver.file(),
            "line": receiver.line(),
            "order": receiver.order(),
            "batch": receiver.batch().map(|limits| json!({"max": limits.max, "wait_seconds": limits.wait.as_secs_f64()})),
        })
    });
    json!({
        "event_type": event.event_type(),
        "constant": event.name(),
        "subdomain": subdomain(event.event_type()),
        "minor_version": event.minor_version(),
        "data": data.collect::<Vec<_>>(),
        "key_field": event.key_field(),
        "repository": event.repository(),
        "local_only": event.local_only(),
        "deprecated": event.deprecated().map(|it| json!({"since": it.since, "note": it.note})),
        "description": event.docs(),
        "file": event.file(),
        "line": event.line(),
        "receivers": receivers.collect::<Vec<_>>(),
    })
}

/// Writes one event per line, for `grep`. The long columns are on the right, where a narrow terminal wraps them.
fn write_table(out: &mut dyn Write) -> io::Result<()> {
    let header = ["SUBDOMAIN", "CONSTANT", "RECEIVERS", "FLAGS", "EVENT TYPE", "KEY"].map(str::to_owned);
    let mut rows = vec![header];
    rows.extend(registry::events().map(row));

    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
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
    let flags = match (event.local_only(), event.deprecated()) {
        (Some(_), Some(_)) => "local-only,deprecated",
        (Some(_), None) => "local-only",
        (None, Some(_)) => "deprecated",
        (None, None) => "-",
    };
    [
        subdomain(event.event_type()).to_owned(),
        event.name().to_owned(),
        event.receivers().count().to_string(),
        flags.to_owned(),
        event.event_type().to_owned(),
        event.key_field().unwrap_or("-").to_owned(),
    ]
}
