//! A `DateTime` in Avro and in JSON: its text.

use std::fmt;

use serde::{
    Deserializer, Serializer,
    de::{Error, Visitor},
};

use super::{
    DateTime,
    format::{EAST, SECOND, Text, WEST, pair_of_pairs},
};
use crate::{
    AvroType,
    codec::{BoxError, DecodeError, Decoder, encoder},
    schema::Schema,
};

impl AvroType for DateTime {
    type Repr = String;
    const SCHEMA: Schema = Schema::String;

    fn to_repr(&self) -> String {
        self.to_string()
    }

    fn from_repr(repr: String) -> Result<Self, BoxError> {
        Ok(repr.parse()?)
    }

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        match self.offset {
            Some(offset) if offset.is_minutes() && self.microsecond > 0 => {
                // The length, zigzag; then the text.
                let mut text = [0; 33];
                text[0] = 64;
                text[1..17].copy_from_slice(&self.to_minute());
                let [high, middle] = pair_of_pairs(self.microsecond / 100);
                let [_, low] = pair_of_pairs(self.microsecond);
                text[17..25].copy_from_slice(&SECOND.print([0, self.second, 0, 0, high, 0, middle, 0]));
                let word = if offset.negative { &WEST } else { &EAST };
                text[25..33].copy_from_slice(&word.print([low, 0, 0, offset.hours, 0, 0, offset.minutes, 0]));
                out.extend_from_slice(&text);
            }
            _ => encoder::bytes(out, Text::of(*self).as_bytes()),
        }
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.parse("a date and time")
    }

    fn serialize_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Text::of(*self).as_str())
    }

    fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = DateTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date and time in ISO 8601")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<DateTime, E> {
        text.parse().map_err(E::custom)
    }
}
