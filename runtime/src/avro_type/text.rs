//! Strings and UUIDs.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use uuid::Uuid;

use super::{AvroType, represents_itself};
use crate::{
    avro::{BoxError, DecodeError, Decoder, encoder},
    schema::Schema,
};

#[diagnostic::do_not_recommend]

impl AvroType for String {
    represents_itself!();
    const SCHEMA: Schema = Schema::String;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::bytes(out, self.as_bytes());
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.string().map(Self::from)
    }

    fn serialize_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// Reads what Python's `uuid.UUID(text)` reads: 32 hexadecimal digits after `urn:`, `uuid:`, braces and
/// hyphens are taken away, wherever these stand.
fn parse_uuid(text: &str) -> Result<Uuid, BoxError> {
    // The form that Python writes, without a copy of the text.
    if text.len() == 36
        && let Ok(uuid) = Uuid::try_parse(text)
    {
        return Ok(uuid);
    }
    let text = text.replace("urn:", "").replace("uuid:", "");
    let digits = text.trim_matches(['{', '}']).replace('-', "");
    let all_hexadecimal = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !all_hexadecimal {
        return Err("a UUID has 32 hexadecimal digits".into());
    }
    Ok(Uuid::try_parse(&digits)?)
}

#[diagnostic::do_not_recommend]

impl AvroType for Uuid {
    type Repr = String;
    const SCHEMA: Schema = Schema::String;

    fn to_repr(&self) -> String {
        self.to_string()
    }

    fn from_repr(repr: String) -> Result<Self, BoxError> {
        parse_uuid(&repr)
    }

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        let mut buffer = Self::encode_buffer();
        encoder::bytes(out, self.hyphenated().encode_lower(&mut buffer).as_bytes());
    }

    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let start = input.offset();
        parse_uuid(input.string()?).map_err(|error| DecodeError::refused(start, "a UUID", error))
    }

    fn serialize_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }

    fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_uuid(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
