//! A struct with named fields as an Avro record.

use std::fmt;

use super::json::{NotWritten, ReadEntries, ReadError, WriteEntries};
use crate::{
    avro::{DecodeError, Decoder},
    schema::Record,
};

/// The fields of a payload (the twin that it derefs to) or of an event, in the order of the wire.
///
/// Expansions implement this; everything else about records is written once, over it.
pub trait Fields: Sized {
    /// Name, fields and place of the struct.
    const RECORD: &'static Record;
    /// The fields' names, as serde wants them.
    const NAMES: &'static [&'static str];

    /// Appends the fields' Avro bytes.
    fn encode_fields(&self, out: &mut Vec<u8>);

    /// Reads the fields' Avro bytes.
    fn decode_fields(input: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Writes the entries of the Avro record dictionary.
    fn write_entries(&self, to: &mut dyn WriteEntries) -> Result<(), NotWritten>;

    /// Reads the entries of the Avro record dictionary.
    fn read_entries(entries: &mut dyn ReadEntries<'_>) -> Result<Self, ReadError>;
}

/// Prints a record; here, since a method called by its name could be another one where expansions are.
pub fn debug_record(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    fields: &[(&str, &dyn fmt::Debug)],
) -> fmt::Result {
    let mut record = f.debug_struct(name);
    for (name, value) in fields {
        record.field(name, value);
    }
    record.finish()
}

/// Prints the name of a struct whose fields can be anything.
pub fn debug_opaque(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.debug_struct(name).finish_non_exhaustive()
}

/// Stands in `Debug` where a field holds personal data.
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
