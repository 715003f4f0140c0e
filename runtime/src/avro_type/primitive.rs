//! Booleans, integers, floats and bytes.

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Unexpected, Visitor},
};

use super::{AvroType, represents_itself};
use crate::{
    avro::{DecodeError, Decoder, encoder},
    schema::Schema,
};

#[diagnostic::do_not_recommend]
impl AvroType for bool {
    represents_itself!();
    const SCHEMA: Schema = Schema::Boolean;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::boolean(out, *self);
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.boolean()
    }

    fn serialize_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// Python's `int` is Avro's `long`; a smaller type is checked when a value arrives.
macro_rules! integers {
    ($($type:ident $expected:literal)*) => {$(
        #[diagnostic::do_not_recommend]
        impl AvroType for $type {
            represents_itself!();
            const SCHEMA: Schema = Schema::Long;

            #[inline]
            fn encode_avro(&self, out: &mut Vec<u8>) {
                encoder::long(out, i64::from(*self));
            }

            #[inline]
            fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                input.integer($expected)
            }

            fn serialize_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }

            fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    )*};
}

integers! {
    i64 "a long"
    i32 "a long from -2147483648 to 2147483647"
    i16 "a long from -32768 to 32767"
    i8 "a long from -128 to 127"
    u32 "a long from 0 to 4294967295"
    u16 "a long from 0 to 65535"
    u8 "a long from 0 to 255"
}

#[diagnostic::do_not_recommend]
impl AvroType for f64 {
    represents_itself!();
    const SCHEMA: Schema = Schema::Double;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::double(out, *self);
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.double()
    }

    /// JSON has no word for what is not finite; Avro's JSON encoding and Python's `json` use these.
    fn serialize_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_nan() {
            serializer.serialize_str("NaN")
        } else if self.is_infinite() {
            serializer.serialize_str(if *self > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            serializer.serialize_f64(*self)
        }
    }

    fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Float;

        impl<'de> Visitor<'de> for Float {
            type Value = f64;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(r#"a number, "NaN", "Infinity" or "-Infinity""#)
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
                Ok(value)
            }

            // Python writes whole floats that way too; it rounds as Rust's conversion does.
            #[allow(clippy::cast_precision_loss)]
            fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
                Ok(value as f64)
            }

            #[allow(clippy::cast_precision_loss)]
            fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
                Ok(value as f64)
            }

            /// What `serde_json` hands out for a number when a crate of the program enables its
            /// `arbitrary_precision`.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<f64, A::Error> {
                let number = match map.next_entry::<String, String>()? {
                    Some((key, number)) if key == "$serde_json::private::Number" => number.parse().ok(),
                    _ => None,
                };
                let number = number.filter(|number: &f64| number.is_finite());
                number.ok_or_else(|| A::Error::invalid_type(Unexpected::Map, &self))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<f64, E> {
                match value {
                    "NaN" => Ok(f64::NAN),
                    "Infinity" => Ok(f64::INFINITY),
                    "-Infinity" => Ok(f64::NEG_INFINITY),
                    _ => Err(E::invalid_value(Unexpected::Other("another text"), &self)),
                }
            }
        }

        deserializer.deserialize_any(Float)
    }
}

#[diagnostic::do_not_recommend]
impl AvroType for Bytes {
    represents_itself!();
    const SCHEMA: Schema = Schema::Bytes;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::bytes(out, self);
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.bytes().map(Self::copy_from_slice)
    }

    /// As in Avro's JSON encoding: each byte is the character of that code point.
    fn serialize_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Latin1(self))
    }

    fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
        bytes.map(Self::from).map_err(|_| D::Error::custom("bytes are a string of characters up to U+00FF"))
    }
}

struct Latin1<'a>(&'a [u8]);

impl std::fmt::Display for Latin1<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write;
        self.0.iter().try_for_each(|byte| f.write_char(char::from(*byte)))
    }
}
