//! Strings on the wire: the support for `#[payload]` on enums, and for `#[payload(text)]`.

use std::{
    fmt::{self, Debug, Display},
    marker::PhantomData,
    str::FromStr,
};

use serde::{Deserialize, Deserializer, de::Error};

use super::record::{Decoded, Output, Read};
use crate::{
    avro::{BoxError, DecodeError, Decoder, encoder},
    avro_type::AvroType,
};

/// Appends the Avro bytes of a string.
#[inline]
pub fn encode_text(text: &str, out: &mut Output) {
    encoder::bytes(out, text.as_bytes());
}

/// Reads the Avro bytes of a string, and makes the value that `parse` returns for it. `expected` describes the value.
#[inline]
pub fn decode_text<T>(
    input: &mut Decoder<'_>,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Result<T, BoxError>,
) -> Decoded<T> {
    let start = input.offset();
    parse(input.string()?).map_err(|error| DecodeError::refused(start, expected, error))
}

/// Parses a value that is personal data. The error of `FromStr` may repeat it, so it is left out.
///
/// # Errors
///
/// If `FromStr` refuses the text.
pub fn from_personal_text<T: FromStr>(text: &str) -> Result<T, BoxError> {
    text.parse().map_err(|_| "it is personal data, so the reason is not shown".into())
}

/// Deserializes a string.
pub fn deserialize_text<'de, T: AvroType<Repr = String>, D: Deserializer<'de>>(
    deserializer: D,
) -> Read<'de, T, D> {
    T::from_repr(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Prints a value that is personal data.
pub fn debug_redacted(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.debug_tuple(name).field(&super::record::Redacted).finish()
}

/// Asserts that `#[payload(text)]` can wrap a type, at that type.
pub fn assert_text<T: Text>() {}

/// A type whose values are strings on the wire.
#[diagnostic::on_unimplemented(
    message = "`#[payload(text)]` cannot wrap `{Self}`\nnote: the string on the wire is the one that `Display` writes and `FromStr` reads\nhelp: wrap a type that implements `Display`, `FromStr` whose `Err` is a `String` or implements `std::error::Error`, `Clone`, `PartialEq` and `Debug`; for `{Self}`, remove `#[payload(text)]` and implement `openedx_events::AvroType` for this struct",
    label = "lacks a trait"
)]
pub trait Text: Display + FromStr<Err: Into<BoxError>> + Clone + PartialEq + Debug + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Display + FromStr<Err: Into<BoxError>> + Clone + PartialEq + Debug + 'static> Text for T {}

/// The functions with which the expansion of `#[payload(text)]` uses the wrapped type without requiring anything of it. As in
/// `wire`, a type that lacks a trait has a fallback, so that it is reported once. `Plain` cannot copy or compare the wrapped
/// type: it is for the types of fields, which have an Avro form.
pub struct TextForm<T>(PhantomData<T>);

impl<T: Text> TextForm<T> {
    /// Prints the string.
    pub fn display(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(value, f)
    }

    /// Parses the string.
    ///
    /// # Errors
    ///
    /// If `FromStr` refuses it.
    pub fn parse(text: &str) -> Result<T, BoxError> {
        text.parse().map_err(Into::into)
    }

    /// Returns a copy.
    #[inline]
    pub fn clone_value(value: &T) -> T {
        value.clone()
    }

    /// Returns whether both are equal.
    #[inline]
    pub fn values_eq(left: &T, right: &T) -> bool {
        left == right
    }

    /// Returns the value for `Debug`.
    pub fn debug_value(value: &T) -> &dyn Debug {
        value
    }
}

/// The fallback of [`TextForm`] for a type that lacks one of the traits.
#[allow(unused_variables, missing_docs, clippy::missing_errors_doc)]
pub trait NoText<T> {
    fn display(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn parse(text: &str) -> Result<T, BoxError> {
        unreachable!("a program whose type is not a string does not compile")
    }

    fn clone_value(value: &T) -> T {
        unreachable!("a program whose type is not a string does not compile")
    }

    fn values_eq(left: &T, right: &T) -> bool {
        false
    }

    fn debug_value(value: &T) -> &dyn Debug {
        &()
    }
}

impl<T> NoText<T> for TextForm<T> {}
