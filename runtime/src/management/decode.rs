//! `decode`: turns Avro bytes into Avro record dictionaries.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use data_encoding::{DecodeKind, HEXLOWER_PERMISSIVE};
use serde::Deserialize;

use super::{
    encode::event,
    lines::{NoAnswer, answer_all, parse},
    result::{CommandError, CommandResult},
};
use crate::{
    codec::{Resolution, WriterSchema},
    event::EventDefinition,
    former,
    metadata::SOURCE_LIB,
};

/// The arguments of `decode`.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  echo '{"event_type": "org.openedx.learning.student.registration.completed.v1", "avro_hex": "0e01066164611e616461406578616d706c652e636f6d06416461"}' | openedx-events decode
  openedx-events decode --writer-schema schema-17.avsc < lines.jsonl

Exits with 1 if a line could not be decoded."#)]
pub struct Decode {
    /// File with the Avro schema that the bytes were written with, if it is not the event's own, for example from a
    /// schema registry. Fields are matched by name.
    #[arg(long, value_name = "FILE", alias = "writer_schema")]
    writer_schema: Option<PathBuf>,
}

impl Decode {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let mut written = self.writer_schema.as_deref().map(Written::read).transpose()?;
        answer_all(out, |line| answer(line, written.as_mut()))
    }
}

/// The writer's schema, with its resolution for each event type so far.
struct Written {
    schema: WriterSchema,
    resolutions: HashMap<&'static str, Resolution>,
}

impl Written {
    fn read(path: &Path) -> Result<Self, CommandError> {
        let failed = |error: String| CommandError::new(format!("{}: {error}", path.display()));
        let json = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let schema = WriterSchema::parse(&json).map_err(|error| failed(error.to_string()))?;
        Ok(Self { schema, resolutions: HashMap::new() })
    }

    fn resolution(&mut self, event: &'static EventDefinition) -> Result<&Resolution, NoAnswer> {
        match self.resolutions.entry(event.event_type()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                let resolution = self.schema.resolve(event).map_err(|error| {
                    NoAnswer::BadLine(format!("the writer's schema does not fit the event: {error}"))
                })?;
                Ok(new.insert(resolution))
            }
        }
    }
}

#[derive(Deserialize)]
struct DecodeRequest<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    avro_hex: Cow<'a, str>,
    /// The release that wrote the bytes, as in metadata.
    #[serde(default)]
    sourcelib: Option<Vec<u64>>,
}

fn answer(line: &str, written: Option<&mut Written>) -> Result<String, NoAnswer> {
    let request: DecodeRequest<'_> = parse(line)?;
    let event = event(&request.event_type)?;
    let bytes = HEXLOWER_PERMISSIVE.decode(request.avro_hex.as_bytes()).map_err(|error| {
        NoAnswer::BadLine(match error.kind {
            DecodeKind::Length => "`avro_hex` has an odd number of digits".to_owned(),
            _ => format!(
                "`avro_hex` has a character that is not a hexadecimal digit (byte {})",
                error.position
            ),
        })
    })?;
    let bytes = match written {
        Some(written) => {
            let rewritten = written.resolution(event)?.rewrite(&bytes);
            rewritten.map_err(|error| NoAnswer::BadLine(error.to_string()))?
        }
        None => former::rewrite(event, request.sourcelib.as_deref().unwrap_or(SOURCE_LIB), &bytes)
            .map_err(|error| NoAnswer::BadLine(error.to_string()))?,
    };
    let data = event.decode_to_json(&bytes).map_err(|error| {
        let sourcelib = request.sourcelib.as_deref().unwrap_or(SOURCE_LIB);
        NoAnswer::BadLine(former::explain(event, sourcelib, error).to_string())
    })?;
    // The data is already JSON, and nothing in an event type needs escaping.
    Ok([r#"{"event_type":""#, event.event_type(), r#"","data":"#, &data, "}"].concat())
}
