//! Records as JSON: the *Avro record dictionary* of Python's library, with serde.
//!
//! Where a record meets a serializer or a deserializer, that one's type is erased. So what a record has of its own is
//! compiled once; with generic code it was most of what a crate with events had the compiler do.

use std::{
    fmt::{self, Display},
    marker::PhantomData,
};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
    ser::{Error as _, SerializeStruct},
};

use super::record::Fields;
use crate::avro_type::{AvroType, JsonSeed};

/// Writes a record's fields, where serde wants something that is `Serialize`.
pub struct RecordJson<'a, F>(pub &'a F);

impl<F: Fields> Serialize for RecordJson<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_record(self.0, serializer)
    }
}

/// The entries of a record that is written.
pub trait WriteEntries {
    /// Writes the next one.
    fn entry(&mut self, name: &'static str, value: &dyn erased_serde::Serialize) -> Result<(), NotWritten>;
}

/// The serializer has failed, and has kept its error.
pub struct NotWritten;

struct Writer<S: SerializeStruct> {
    to: S,
    error: Option<S::Error>,
}

impl<S: SerializeStruct> WriteEntries for Writer<S> {
    fn entry(&mut self, name: &'static str, value: &dyn erased_serde::Serialize) -> Result<(), NotWritten> {
        self.to.serialize_field(name, value).map_err(|error| {
            self.error = Some(error);
            NotWritten
        })
    }
}

/// Writes all fields.
pub fn serialize_record<F: Fields, S: Serializer>(fields: &F, serializer: S) -> Result<S::Ok, S::Error> {
    write_record(F::RECORD.name, F::NAMES.len(), serializer, &|to| fields.write_entries(to))
}

fn write_record<S: Serializer>(
    name: &'static str,
    length: usize,
    serializer: S,
    write: &dyn Fn(&mut dyn WriteEntries) -> Result<(), NotWritten>,
) -> Result<S::Ok, S::Error> {
    let mut writer = Writer { to: serializer.serialize_struct(name, length)?, error: None };
    match write(&mut writer) {
        Ok(()) => writer.to.end(),
        Err(NotWritten) => Err(writer.error.unwrap_or_else(|| S::Error::custom("a field was not written"))),
    }
}

/// What went wrong in a deserializer whose type is not known.
pub type ReadError = erased_serde::Error;

fn read_error(error: impl Display) -> ReadError {
    de::Error::custom(error)
}

/// Reads a value from a deserializer whose type is not known.
type ReadValue<'a, 'de> = dyn FnMut(&mut dyn erased_serde::Deserializer<'de>) -> Result<(), ReadError> + 'a;

/// The entries of a record that is read.
pub trait ReadEntries<'de> {
    /// The next one's number among the names.
    fn next(&mut self, names: &'static [&'static str]) -> Result<Option<usize>, ReadError>;

    /// Its value.
    fn value(&mut self, read: &mut ReadValue<'_, 'de>) -> Result<(), ReadError>;
}

impl dyn ReadEntries<'_> + '_ {
    /// Reads the value of an entry, which is there once.
    pub(super) fn read_once<T: AvroType>(
        &mut self,
        slot: &mut Option<T>,
        name: &'static str,
    ) -> Result<(), ReadError> {
        if slot.is_some() {
            return Err(de::Error::duplicate_field(name));
        }
        self.value(&mut |value| {
            *slot = Some(JsonSeed(PhantomData).deserialize(value)?);
            Ok(())
        })
    }
}

struct Reader<A>(A);

impl<'de, A: MapAccess<'de>> ReadEntries<'de> for Reader<A> {
    fn next(&mut self, names: &'static [&'static str]) -> Result<Option<usize>, ReadError> {
        self.0.next_key_seed(FieldIndex(names)).map_err(read_error)
    }

    fn value(&mut self, read: &mut ReadValue<'_, 'de>) -> Result<(), ReadError> {
        self.0.next_value_seed(Value(read)).map_err(read_error)
    }
}

struct Value<'a, 'r, 'de>(&'a mut ReadValue<'r, 'de>);

impl<'de> DeserializeSeed<'de> for Value<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // serde_json finds the place of an error in its text again.
        (self.0)(&mut <dyn erased_serde::Deserializer<'_>>::erase(deserializer)).map_err(de::Error::custom)
    }
}

/// Reads all fields, in any order. Keys of fields that have a default or are `Option` may be missing;
/// any other key missing, unknown or repeated is an error.
pub fn deserialize_record<'de, F: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<F, D::Error> {
    let mut fields = None;
    read_record(F::RECORD.name, F::NAMES, deserializer, &mut |entries| {
        fields = Some(F::read_entries(entries)?);
        Ok(())
    })?;
    fields.ok_or_else(|| de::Error::custom("a record was not read"))
}

type ReadRecord<'a, 'de> = dyn FnMut(&mut dyn ReadEntries<'de>) -> Result<(), ReadError> + 'a;

fn read_record<'de, D: Deserializer<'de>>(
    name: &'static str,
    names: &'static [&'static str],
    deserializer: D,
    read: &mut ReadRecord<'_, 'de>,
) -> Result<(), D::Error> {
    struct Record<'a, 'r, 'de> {
        name: &'static str,
        read: &'a mut ReadRecord<'r, 'de>,
    }

    impl<'de> Visitor<'de> for Record<'_, '_, 'de> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "the fields of `{}`", self.name)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
            (self.read)(&mut Reader(map)).map_err(de::Error::custom)
        }
    }

    deserializer.deserialize_struct(name, names, Record { name, read })
}

/// Reads a key, and finds it among the names.
struct FieldIndex(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for FieldIndex {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldIndex {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        self.0.iter().position(|known| *known == name).ok_or_else(|| E::unknown_field(name, self.0))
    }
}
