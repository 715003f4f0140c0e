//! Records as JSON: the *Avro record dictionary* of Python's library, with serde.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor},
    ser::SerializeStruct,
};

use super::record::Fields;

/// Writes a record's fields, where serde wants something that is `Serialize`.
pub struct RecordJson<'a, F>(pub &'a F);

impl<F: Fields> Serialize for RecordJson<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_record(self.0, serializer)
    }
}

/// Writes all fields.
pub fn serialize_record<F: Fields, S: Serializer>(fields: &F, serializer: S) -> Result<S::Ok, S::Error> {
    let mut to = serializer.serialize_struct(F::RECORD.name, F::NAMES.len())?;
    fields.serialize_fields(&mut to)?;
    to.end()
}

/// Reads all fields, in any order. Keys of fields that have a default or are `Option` may be missing;
/// any other key missing, unknown or repeated is an error.
pub fn deserialize_record<'de, F: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<F, D::Error> {
    struct Record<F>(PhantomData<F>);

    impl<'de, F: Fields> Visitor<'de> for Record<F> {
        type Value = F;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "the fields of `{}`", F::RECORD.name)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<F, A::Error> {
            F::deserialize_fields(map)
        }
    }

    deserializer.deserialize_struct(F::RECORD.name, F::NAMES, Record(PhantomData))
}

/// Reads a key, and finds it among the names.
pub struct FieldIndex(pub &'static [&'static str]);

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

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        self.0.iter().position(|known| *known == name).ok_or_else(|| E::unknown_field(name, self.0))
    }
}
