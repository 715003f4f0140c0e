//! `show`: prints one event in full.

use std::io::{self, Write};

use clap::Args;

use super::{
    find,
    result::{CommandResult, Done},
    schema_file,
};
use crate::{
    event::EventDefinition,
    schema::{Field, Record, Schema},
};

/// The arguments of `show`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events show COURSE_ENROLLMENT_CREATED
  openedx-events show org.openedx.learning.course.enrollment.created.v1

If there is no such event, exits with 2 and names similar events.")]
pub struct Show {
    /// Event type or constant.
    #[arg(value_name = "TYPE")]
    event: String,
}

impl Show {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let event = find::event(&self.event)?;
        Page { out, seen: Vec::new() }.event(event)?;
        Ok(Done::Clean)
    }
}

struct Page<'a> {
    out: &'a mut dyn Write,
    /// The records whose fields are already on the page.
    seen: Vec<&'static Record>,
}

impl Page<'_> {
    fn event(&mut self, event: &EventDefinition) -> io::Result<()> {
        writeln!(self.out, "{}\n", event.name())?;
        self.text(2, event.docs())?;
        writeln!(self.out)?;
        self.facts(event)?;

        writeln!(self.out, "\ndata:")?;
        for data in event.data() {
            self.field(data.0, 2)?;
        }

        writeln!(self.out, "\nreceivers:")?;
        let mut receivers = event.receivers().peekable();
        if receivers.peek().is_none() {
            writeln!(self.out, "  none")?;
        }
        for receiver in receivers {
            let only = receiver.only().map(|only| format!(", only = {only}")).unwrap_or_default();
            match receiver.batch() {
                Some(limits) => writeln!(
                    self.out,
                    "  {receiver}, in batches of up to {}, within {:?}{only}",
                    limits.max, limits.wait
                )?,
                None => writeln!(self.out, "  {receiver}, order {}{only}", receiver.order())?,
            }
        }

        writeln!(self.out, "\nschema:")?;
        match schema_file::text(event) {
            Some(schema) => writeln!(self.out, "{schema}"),
            None => writeln!(self.out, "  none: its data has no Avro form"),
        }
    }

    fn facts(&mut self, event: &EventDefinition) -> io::Result<()> {
        let deprecated = event.deprecated().map(|deprecated| {
            let since = deprecated.since.map(|since| format!("since {since}: ")).unwrap_or_default();
            since + deprecated.note
        });
        let facts = [
            ("type", Some(event.event_type().to_owned())),
            ("minor version", Some(event.minor_version().to_string())),
            ("key", Some(event.key_field().unwrap_or("none").to_owned())),
            ("repository", event.repository().map(str::to_owned)),
            ("warning", event.warning().map(str::to_owned)),
            ("deprecated", deprecated),
            ("local only", event.local_only().map(str::to_owned)),
            ("defined at", Some(format!("{}:{}", event.file(), event.line()))),
        ];
        for (name, fact) in facts {
            if let Some(fact) = fact {
                writeln!(self.out, "{name:14} {fact}")?;
            }
        }
        Ok(())
    }

    /// Writes a field, its documentation, and the fields in it.
    fn field(&mut self, field: &'static Field, indent: usize) -> io::Result<()> {
        let record = record(&field.schema);
        let seen = record.is_some_and(|record| self.is_seen(record));
        let pii = if field.pii { " (personal data)" } else { "" };
        let above = if seen { ", as above" } else { "" };
        writeln!(self.out, "{:indent$}{}: {}{above}{pii}", "", field.name, field.type_name)?;
        self.text(indent + 4, field.docs)?;
        if let Some(record) = record
            && !seen
        {
            self.seen.push(record);
            for field in record.fields {
                self.field(field, indent + 2)?;
            }
        }
        Ok(())
    }

    fn is_seen(&self, record: &Record) -> bool {
        self.seen.iter().any(|seen| seen.location == record.location && seen.name == record.name)
    }

    fn text(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in text.lines() {
            let line = format!("{:indent$}{}", "", line.trim());
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Returns the record that a schema is or contains.
fn record(schema: &Schema) -> Option<&'static Record> {
    match schema {
        Schema::Record(record) => Some(record.get()),
        Schema::Optional(inner) | Schema::Array(inner) | Schema::Map(inner) => record(inner),
        _ => None,
    }
}
