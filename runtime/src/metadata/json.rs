//! Metadata as JSON, in the form of Python's `EventsMetadata.to_json`.

use std::{error::Error, fmt, io};

use serde::{Deserialize, de::Error as _, ser::SerializeMap};
use serde_json::{Map, Serializer, Value, ser::Formatter};

use super::EventsMetadata;
use crate::{
    date_time::{DateTime, UtcOffset},
    json::{problem, problem_in},
    uuid_text::parse_uuid,
};

impl EventsMetadata {
    /// Returns the metadata as JSON, byte for byte as `EventsMetadata.to_json` writes it in Python.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Vec::with_capacity(256);
        // Writing plain fields to memory cannot fail, and the JSON is ASCII.
        let _ = self.write(&mut Serializer::with_formatter(&mut out, Python));
        String::from_utf8(out).unwrap_or_default()
    }

    /// Writes the keys in Python's order.
    fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("event_type", &self.event_type)?;
        map.serialize_entry("id", &format_args!("{}", self.id))?;
        map.serialize_entry("minorversion", &self.minorversion)?;
        map.serialize_entry("source", &self.source)?;
        map.serialize_entry("sourcehost", &self.sourcehost)?;
        map.serialize_entry("time", &self.time)?;
        map.serialize_entry("sourcelib", &self.sourcelib)?;
        map.end()
    }

    /// Parses metadata. Unlike in Python, `minorversion` is kept. As in Python, unknown keys are ignored.
    ///
    /// # Errors
    ///
    /// If the string is not JSON, if a key is missing, if a value has the wrong type, or if the time is not in UTC.
    pub fn from_json(json: &str) -> Result<Self, MetadataError> {
        let mut map: Map<String, Value> =
            serde_json::from_str(json).map_err(|error| MetadataError(problem_in(json, &error)))?;
        let time: DateTime = take(&mut map, "time", DateTime::deserialize)?;
        if time.offset() != Some(UtcOffset::UTC) {
            return Err(MetadataError("`time` must be in UTC (OEP-41)".into()));
        }
        Ok(Self {
            id: take(&mut map, "id", |value| {
                parse_uuid(&String::deserialize(value)?).map_err(serde_json::Error::custom)
            })?,
            event_type: take(&mut map, "event_type", String::deserialize)?.into(),
            minorversion: take(&mut map, "minorversion", u32::deserialize)?,
            source: take(&mut map, "source", String::deserialize)?.into(),
            sourcehost: take(&mut map, "sourcehost", String::deserialize)?.into(),
            time,
            sourcelib: take(&mut map, "sourcelib", Vec::<u64>::deserialize)?.into(),
        })
    }
}

fn take<T>(
    map: &mut Map<String, Value>,
    key: &str,
    read: impl FnOnce(Value) -> Result<T, serde_json::Error>,
) -> Result<T, MetadataError> {
    let value = map.remove(key).ok_or_else(|| MetadataError(format!("`{key}` is missing")))?;
    read(value).map_err(|error| MetadataError(format!("`{key}`: {}", problem(&error))))
}

/// An error about JSON that is not the metadata of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataError(String);

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid event metadata: {}", self.0)
    }
}

impl Error for MetadataError {}

/// Formats JSON like Python's `json.dumps`: a space after commas and colons, and escapes for all characters beyond
/// ASCII.
struct Python;

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if character.is_ascii() && character != '\x7f' {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}
