//! Whatever a deserializer makes of the record dictionary, to Avro bytes.
//!
//! The bytes are decoded afterwards, so that values are judged in one place. For one that is refused there, the text
//! is read once more, up to the place of that value.

mod record;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use self::record::RecordVisitor;
use super::{
    JsonError,
    scalar::{ReadBytes, ReadText, read_double},
};
use crate::{
    avro::{DecodeError, Segment, encoder},
    schema::{Record, Schema},
};

/// Reads a record; `decode` gets its Avro bytes. The keys may be in any order, and those of fields that have a
/// default or are `Option` may be missing; any other key missing, unknown or repeated is an error.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    record: &'static Record,
    deserializer: D,
    decode: &mut dyn FnMut(&[u8]) -> Result<(), DecodeError>,
) -> Result<(), D::Error> {
    let mut state = State::default();
    RecordVisitor { record, state: &mut state, decode: Some(decode) }.read(deserializer)
}

/// Reads a JSON text that is a record's, and nothing more.
pub(crate) fn read_text<T>(
    record: &'static Record,
    json: &str,
    decode: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, JsonError> {
    let bytes = to_avro(record, json, None)?;
    decode(&bytes).map_err(|refused| match to_avro(record, json, Some(&refused)) {
        Err(error) => error,
        Ok(_) => JsonError::without_place(&refused),
    })
}

fn to_avro(record: &'static Record, json: &str, refused: Option<&DecodeError>) -> Result<Vec<u8>, JsonError> {
    let mut state = State { refused, ..State::default() };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    RecordVisitor { record, state: &mut state, decode: None }
        .read(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| JsonError::new(&error, &state.path))?;
    Ok(state.out)
}

/// What was read, and where the deserializer is.
#[derive(Default)]
struct State<'r> {
    out: Vec<u8>,
    /// The outermost first. After an error it is the place of that.
    path: Vec<Segment>,
    /// Why a value does not do, which is said when it is met.
    refused: Option<&'r DecodeError>,
}

impl<'r> State<'r> {
    /// Reads what is at `segment` of the current path.
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

    fn value(&mut self, schema: &'static Schema) -> Value<'_, 'r> {
        Value { schema, state: self }
    }
}

/// Reads a value of that schema.
struct Value<'a, 'r> {
    schema: &'static Schema,
    state: &'a mut State<'r>,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let out = &mut self.state.out;
        match *self.schema {
            Schema::Boolean => encoder::boolean(out, bool::deserialize(deserializer)?),
            Schema::Long => encoder::long(out, i64::deserialize(deserializer)?),
            Schema::Double => encoder::double(out, read_double(deserializer)?),
            Schema::String => deserializer.deserialize_str(ReadText(out))?,
            Schema::Bytes => deserializer.deserialize_str(ReadBytes(out))?,
            Schema::Optional(some) => deserializer.deserialize_option(Optional(self.state.value(some)))?,
            Schema::Array(items) => deserializer.deserialize_seq(Array(self.state.value(items)))?,
            Schema::Map(values) => deserializer.deserialize_map(Map(self.state.value(values)))?,
            Schema::Record(record) => {
                RecordVisitor { record: record.get(), state: self.state, decode: None }.read(deserializer)?;
            }
            Schema::Unknown => return Err(D::Error::custom("a value without an Avro form")),
        }
        Ok(())
    }
}

/// `null`, or what is inside.
struct Optional<'a, 'r>(Value<'a, 'r>);

impl<'de> Visitor<'de> for Optional<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null or a value")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        encoder::long(&mut self.0.state.out, 0);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        encoder::long(&mut self.0.state.out, 1);
        self.0.deserialize(deserializer)
    }
}

/// Items, each in an Avro block of its own: their number is known when the last was read.
struct Array<'a, 'r>(Value<'a, 'r>);

impl<'de> Visitor<'de> for Array<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Value { schema, state } = self.0;
        for index in 0.. {
            let start = state.out.len();
            encoder::length(&mut state.out, 1);
            let mut is_there = false;
            state.inside(Segment::Index(index), |state| {
                is_there = seq.next_element_seed(state.value(schema))?.is_some();
                Ok(())
            })?;
            if !is_there {
                state.out.truncate(start);
                break;
            }
        }
        encoder::length(&mut state.out, 0);
        Ok(())
    }
}

/// Entries, each in an Avro block of its own. Of a key that is there twice the last value counts, as in Python.
struct Map<'a, 'r>(Value<'a, 'r>);

impl<'de> Visitor<'de> for Map<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Value { schema, state } = self.0;
        for index in 0.. {
            let start = state.out.len();
            encoder::length(&mut state.out, 1);
            if map.next_key_seed(state.value(&Schema::String))?.is_none() {
                state.out.truncate(start);
                break;
            }
            state.inside(Segment::Index(index), |state| map.next_value_seed(state.value(schema)))?;
        }
        encoder::length(&mut state.out, 0);
        Ok(())
    }
}
