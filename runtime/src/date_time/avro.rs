//! A `DateTime` in Avro and in JSON: a string.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    DateTime, common,
    format::{Text, put_fraction, put_local, put_offset},
};
use crate::{
    avro::{BoxError, DecodeError, Decoder, encoder},
    avro_type::{AvroForm, AvroType, represented_by_string},
    json::Parsed,
};

const EXPECTED: &str = "a date and time";

#[diagnostic::do_not_recommend]
impl AvroForm for DateTime {}

#[diagnostic::do_not_recommend]
impl AvroType for DateTime {
    represented_by_string!();

    // The common forms are written in one piece, whose length the compiler knows. Its first byte is the length of the
    // text in zigzag form, which doubles it.
    fn encode_avro(&self, out: &mut Vec<u8>) {
        match self.offset {
            Some(offset) if offset.is_minutes() && self.microsecond > 0 => {
                let mut text = [2 * 32; 33];
                put_local(&mut text[1..20], *self);
                put_fraction(&mut text[20..27], self.microsecond);
                put_offset(&mut text[27..33], offset);
                out.extend_from_slice(&text);
            }
            Some(offset) if offset.is_minutes() => {
                let mut text = [2 * 25; 26];
                put_local(&mut text[1..20], *self);
                put_offset(&mut text[20..26], offset);
                out.extend_from_slice(&text);
            }
            _ => encode_any(*self, out),
        }
    }

    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let start = input.offset();
        let text = input.text_bytes(EXPECTED)?;
        match common::parse(text) {
            Some(time) => Ok(time),
            None => decode_any(text).map_err(|error| DecodeError::refused(start, EXPECTED, error)),
        }
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Text::of(*self).as_str())
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed::new(EXPECTED))
    }
}

// Not inlined, so that the common forms do not pay for its stack.
#[inline(never)]
fn encode_any(time: DateTime, out: &mut Vec<u8>) {
    encoder::bytes(out, Text::of(time).as_bytes());
}

#[inline(never)]
fn decode_any(text: &[u8]) -> Result<DateTime, BoxError> {
    Ok(str::from_utf8(text)?.parse()?)
}
