//! Floats, bytes and strings, whose JSON differs from serde's.

use std::{
    fmt::{self, Write},
    marker::PhantomData,
    str::FromStr,
};

use serde::{
    Serializer,
    de::{Error, MapAccess, Unexpected, Visitor},
};

use crate::avro::encoder;

/// Writes a float. JSON has no numbers that are not finite, so they get the names of Avro's JSON encoding and Python's
/// `json`.
pub(super) fn write_double<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_nan() {
        serializer.serialize_str("NaN")
    } else if value.is_infinite() {
        serializer.serialize_str(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        serializer.serialize_f64(value)
    }
}

/// Reads what [`write_double`] writes.
pub(super) struct Double;

impl<'de> Visitor<'de> for Double {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"a number, "NaN", "Infinity" or "-Infinity""#)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    // Python writes whole floats as integers too, and rounds as Rust's conversion does.
    #[allow(clippy::cast_precision_loss)]
    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    /// Reads the map that `serde_json` makes of a number if any crate in the program enables `arbitrary_precision`.
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
            _ => Err(E::invalid_value(Unexpected::Other("another string"), &self)),
        }
    }
}

/// Reads an integer. This includes `-0`, which `serde_json` reads as a float and some JSON writers produce.
pub(super) struct Long;

impl Visitor<'_> for Long {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("i64")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        if value == 0.0 && value.is_sign_negative() {
            Ok(0)
        } else {
            Err(E::invalid_type(Unexpected::Float(value), &self))
        }
    }
}

/// Prints bytes as Avro's JSON encoding does: each byte is the character with that code point.
pub(super) struct Latin1<'a>(pub(super) &'a [u8]);

impl fmt::Display for Latin1<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| f.write_char(char::from(*byte)))
    }
}

/// Reads bytes in that form, and appends them in Avro's.
pub(super) struct ReadBytes<'a>(pub(super) &'a mut Vec<u8>);

impl Visitor<'_> for ReadBytes<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string of characters up to U+00FF")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
        let bytes = bytes.map_err(|_| E::custom("bytes must be a string of characters up to U+00FF"))?;
        encoder::bytes(self.0, &bytes);
        Ok(())
    }
}

/// Reads a string, and appends it in Avro's form.
pub(super) struct ReadText<'a>(pub(super) &'a mut Vec<u8>);

impl Visitor<'_> for ReadText<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        encoder::bytes(self.0, text.as_bytes());
        Ok(())
    }
}

/// Parses a `T` from a string, borrowed or owned.
pub(crate) struct Parsed<T> {
    expected: &'static str,
    value: PhantomData<T>,
}

impl<T> Parsed<T> {
    /// Makes a seed. `expected` describes the value in errors.
    pub(crate) fn new(expected: &'static str) -> Self {
        Self { expected, value: PhantomData }
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
