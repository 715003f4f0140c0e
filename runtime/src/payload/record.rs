//! A struct with named fields as an Avro record.

use std::fmt;

use serde::{Deserializer, Serializer, de::Error};

use crate::{
    avro::{DecodeError, Decoder},
    json,
    schema::Record,
};

/// The fields of a payload (the struct that it derefs to) or of an event, in the order of the wire.
///
/// Expansions implement this trait, and the rest of the crate builds on it.
///
/// The parameter `P` is always `()`. It makes the functions generic, and the compiler puts generic functions into
/// another codegen unit than the rest of the crate: where a user calls them, the whole codec of an event is optimized
/// as one.
pub trait Fields: Sized {
    /// The schema of the struct.
    const RECORD: &'static Record;

    /// Appends the fields' Avro bytes.
    fn encode_fields<P>(&self, out: &mut Vec<u8>);

    /// Reads the fields' Avro bytes.
    fn decode_fields<P>(input: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Prints the fields of a struct called `name`. An event, which has no other name, prints itself.
    fn debug_fields(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        debug_opaque(f, name)
    }
}

// Short aliases for expansions: fewer tokens for each record mean less compile time.

/// The buffer for Avro bytes.
pub type Output = Vec<u8>;
/// The result of decoding.
pub type Decoded<T> = Result<T, DecodeError>;
/// The result of a serializer.
pub type Written<S> = Result<<S as Serializer>::Ok, <S as Serializer>::Error>;
/// The result of a deserializer.
pub type Read<'de, T, D> = Result<T, <D as Deserializer<'de>>::Error>;

/// Runs one part of a function that is too long for LLVM as a whole.
#[inline(never)]
pub fn apart<R>(part: impl FnOnce() -> R) -> R {
    part()
}

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

/// Prints a record, with `<redacted>` in place of personal data.
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

/// Prints only the name of a struct, whose fields can be anything.
pub fn debug_opaque(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.debug_struct(name).finish_non_exhaustive()
}

/// The `Debug` form of personal data.
pub(super) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
