//! Reads the record dictionary from a deserializer into Avro bytes.
//!
//! The caller then decodes the bytes, so that only the decoder judges values. If it refuses one, the JSON is read
//! again up to that value, to report its place.

mod record;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use self::record::RecordVisitor;
use super::{
    JsonError,
    scalar::{Double, Long, ReadBytes, ReadText},
};
use crate::{
    avro::{DecodeError, Segment, encoder},
    schema::{Record, Schema},
};

/// Reads a record, and hands its Avro bytes to `decode`. The keys may be in any order. A field may be missing if it
/// has a default or is an `Option`; any other missing key is an error, and so is an unknown or repeated one.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    record: &'static Record,
    deserializer: D,
    decode: &mut dyn FnMut(&[u8]) -> Result<(), DecodeError>,
) -> Result<(), D::Error> {
    let mut progress = Progress::default();
    RecordVisitor { record, progress: &mut progress, decode: Some(decode) }.read(deserializer)
}

/// Reads JSON that is one record, and hands its Avro bytes to `decode`.
pub(crate) fn read_text<T>(
    record: &'static Record,
    json: &str,
    decode: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, JsonError> {
    let bytes = to_avro(record, json, None)?;
    decode(&bytes).map_err(|refused| match to_avro(record, json, Some(&refused)) {
        Err(error) => error,
        Ok(_) => JsonError::for_default(&refused),
    })
}

fn to_avro(record: &'static Record, json: &str, refused: Option<&DecodeError>) -> Result<Vec<u8>, JsonError> {
    let mut progress = Progress { refused, ..Progress::default() };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    RecordVisitor { record, progress: &mut progress, decode: None }
        .read(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| JsonError::new(json, &error, &progress.path))?;
    Ok(progress.out)
}

/// The bytes so far, and the position of the deserializer.
#[derive(Default)]
struct Progress<'r> {
    out: Vec<u8>,
    /// The outermost segment first. After an error, the path of that error.
    path: Vec<Segment>,
    /// The refusal to report when its place is reached.
    refused: Option<&'r DecodeError>,
}

impl<'r> Progress<'r> {
    /// Reads the value at `segment` of the current path.
    fn inside<E: Error>(
        &mut self,
        segment: Segment,
        read: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.path.push(segment);
        read(self)?;
        match self.refused {
            Some(refused) if refused.is_at(&self.path) => Err(E::custom(refused.reason())),
            _ => {
                self.path.pop();
                Ok(())
            }
        }
    }

    fn value(&mut self, schema: &'static Schema) -> ValueSeed<'_, 'r> {
        ValueSeed { schema, progress: self }
    }
}

/// Reads a value of a schema.
struct ValueSeed<'a, 'r> {
    schema: &'static Schema,
    progress: &'a mut Progress<'r>,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let out = &mut self.progress.out;
        match *self.schema {
            Schema::Boolean => encoder::boolean(out, bool::deserialize(deserializer)?),
            Schema::Long => encoder::long(out, deserializer.deserialize_i64(Long)?),
            Schema::Double => encoder::double(out, deserializer.deserialize_any(Double)?),
            Schema::String | Schema::PersonalString => deserializer.deserialize_str(ReadText(out))?,
            Schema::Bytes => deserializer.deserialize_str(ReadBytes(out))?,
            Schema::Optional(some) => deserializer.deserialize_option(Optional(self.progress.value(some)))?,
            Schema::Array(items) => deserializer.deserialize_seq(Array(self.progress.value(items)))?,
            Schema::Map(values) => deserializer.deserialize_map(Map(self.progress.value(values)))?,
            Schema::Record(record) => {
                RecordVisitor { record: record.get(), progress: self.progress, decode: None }
                    .read(deserializer)?;
            }
            Schema::Unknown => return Err(D::Error::custom("a value without an Avro form")),
        }
        Ok(())
    }
}

/// Reads `null` or a value.
struct Optional<'a, 'r>(ValueSeed<'a, 'r>);

impl<'de> Visitor<'de> for Optional<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null or a value")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        encoder::long(&mut self.0.progress.out, 0);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        encoder::long(&mut self.0.progress.out, 1);
        self.0.deserialize(deserializer)
    }
}

/// Reads items, each into an Avro block of its own, because their number is unknown until the last one.
struct Array<'a, 'r>(ValueSeed<'a, 'r>);

impl<'de> Visitor<'de> for Array<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let ValueSeed { schema, progress } = self.0;
        for index in 0.. {
            let start = progress.out.len();
            encoder::length(&mut progress.out, 1);
            let mut is_there = false;
            progress.inside(Segment::Index(index), |progress| {
                is_there = seq.next_element_seed(progress.value(schema))?.is_some();
                Ok(())
            })?;
            if !is_there {
                progress.out.truncate(start);
                break;
            }
        }
        encoder::length(&mut progress.out, 0);
        Ok(())
    }
}

/// Reads entries, each into an Avro block of its own. If a key is repeated, its last value counts, as in Python.
struct Map<'a, 'r>(ValueSeed<'a, 'r>);

impl<'de> Visitor<'de> for Map<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let ValueSeed { schema, progress } = self.0;
        for index in 0.. {
            let start = progress.out.len();
            encoder::length(&mut progress.out, 1);
            if map.next_key_seed(progress.value(&Schema::String))?.is_none() {
                progress.out.truncate(start);
                break;
            }
            progress.inside(Segment::Index(index), |progress| map.next_value_seed(progress.value(schema)))?;
        }
        encoder::length(&mut progress.out, 0);
        Ok(())
    }
}
