//! A struct with named fields as an Avro record.

use std::fmt;

use serde::{Deserializer, Serializer, de::Error};

use crate::{
    avro::{DecodeError, Decoder},
    json,
    schema::Record,
};

/// The fields of a payload (the twin that it derefs to) or of an event, in the order of the wire.
///
/// Expansions implement this; everything else about records is written once, over it.
pub trait Fields: Sized {
    /// Name, fields and place of the struct.
    const RECORD: &'static Record;

    /// Appends the fields' Avro bytes.
    fn encode_fields<P>(&self, out: &mut Vec<u8>);

    /// Reads the fields' Avro bytes.
    fn decode_fields<P>(input: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Prints the fields, of a struct called `name`.
    fn debug_fields(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result;
}

// The types that expansions name most, in fewer words: each word is one that the compiler reads for every record.

/// Where Avro bytes go.
pub type Output = Vec<u8>;
/// What is made of Avro bytes.
pub type Decoded<T> = Result<T, DecodeError>;
/// What a serializer returns.
pub type Written<S> = Result<<S as Serializer>::Ok, <S as Serializer>::Error>;
/// What a deserializer returns.
pub type Read<'de, T, D> = Result<T, <D as Deserializer<'de>>::Error>;

/// Writes the Avro record dictionary.
pub fn serialize_record<F: Fields, S: Serializer>(fields: &F, serializer: S) -> Written<S> {
    let mut bytes = Vec::with_capacity(256);
    fields.encode_fields::<()>(&mut bytes);
    json::write(F::RECORD, &bytes, serializer)
}

/// Reads the Avro record dictionary.
pub fn deserialize_record<'de, F: Fields, D: Deserializer<'de>>(deserializer: D) -> Read<'de, F, D> {
    let mut fields = None;
    json::read(F::RECORD, deserializer, &mut |bytes| {
        fields = Some(F::decode_fields::<()>(&mut Decoder::new(bytes))?);
        Ok(())
    })?;
    fields.ok_or_else(|| D::Error::custom("the deserializer read no record"))
}

/// Prints a record; personal data only as such.
pub fn debug_record(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    record: &Record,
    values: &[&dyn fmt::Debug],
) -> fmt::Result {
    let mut out = f.debug_struct(name);
    for (field, value) in record.fields.iter().zip(values) {
        out.field(field.name, if field.pii { &Redacted } else { value });
    }
    out.finish()
}

/// Prints the name of a struct whose fields can be anything.
pub fn debug_opaque(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.debug_struct(name).finish_non_exhaustive()
}

/// Stands in `Debug` where a field holds personal data.
struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
