//! Types that can be fields of payloads.
//!
//! This folder may use Avro and schemas. Types of this crate implement the trait next to their definitions.

mod collections;
mod optional;
mod primitive;
pub(crate) mod refused;

use crate::{
    avro::{BoxError, DecodeError, Decoder},
    schema::Schema,
};

/// A type with an Avro form, which can be a field of a [`payload`](crate::payload) or an event.
///
/// The crate implements it for `bool`, the integers that fit Avro's `long`, `f64`, `String`,
/// [`Bytes`](bytes::Bytes), [`DateTime`](crate::DateTime), [`Uuid`](uuid::Uuid), the opaque
/// [keys](crate::keys), `Vec`, `BTreeMap` and `HashMap` with `String` keys, and, as the whole type of a
/// field, `Option`; `#[payload]` implements it for structs, and for enums of strings. `#[payload(text)]` wraps a type of
/// another crate that implements `Display` and `FromStr`.
///
/// Implement it for another type of yours by choosing one of these types to represent it. The counterpart in Python's
/// library is a custom serializer (ADR-3, ADR-5).
///
/// ```
/// use openedx_events::{AvroType, BoxError};
///
/// /// An amount of money in cents, which is a decimal string such as `12.50` on the wire.
/// #[derive(Debug, Clone, PartialEq)]
/// pub struct Price {
///     cents: u32,
/// }
///
/// impl AvroType for Price {
///     type Repr = String;
///
///     fn to_repr(&self) -> String {
///         format!("{}.{:02}", self.cents / 100, self.cents % 100)
///     }
///
///     fn from_repr(repr: String) -> Result<Self, BoxError> {
///         let (whole, part) = repr.split_once('.').ok_or("the price has no decimal point")?;
///         let (whole, part): (u32, u32) = (whole.parse()?, part.parse()?);
///         // The input can be any string, so the arithmetic must not panic.
///         let cents = whole.checked_mul(100).and_then(|cents| cents.checked_add(part));
///         Ok(Self { cents: cents.ok_or("the price is too large")? })
///     }
/// }
/// ```
///
/// The type of a field must also be `Clone`, `PartialEq`, `Debug`, `Send` and `Sync`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Avro form, so it cannot be a field of a payload or an event\nnote: the types with an Avro form are `bool`, `i64` and smaller integers, `f64`, `String`, `Bytes`, `openedx_events::DateTime`, `Uuid`, the opaque keys, `Vec<_>`, `BTreeMap<String, _>`, `HashMap<String, _>`, `Option<_>` and `#[payload]` types\nhelp: if `{Self}` is a struct or an enum of yours, put `#[payload]` on it, or implement `openedx_events::AvroType` for it\nhelp: if it belongs to another crate and implements `Display` and `FromStr`, wrap it, as in `/** … */ #[payload(text)] pub struct Wrapper(pub {Self});`",
    label = "no Avro form"
)]
pub trait AvroType: Sized + 'static {
    /// The type that represents this one in Avro: one of the crate's types, or a payload.
    type Repr: AvroForm;

    /// Returns the value in its Avro form.
    #[must_use]
    fn to_repr(&self) -> Self::Repr;

    /// Returns the value whose Avro form is `repr`.
    ///
    /// # Errors
    ///
    /// If no value has that Avro form. The message must not repeat the value, because it ends up in logs.
    fn from_repr(repr: Self::Repr) -> Result<Self, BoxError>;

    /// The schema.
    #[doc(hidden)]
    const SCHEMA: Schema = <Self::Repr as AvroForm>::FORM;

    /// Appends the Avro bytes.
    #[doc(hidden)]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        self.to_repr().encode_avro(out);
    }

    /// Reads the Avro bytes.
    #[doc(hidden)]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let start = input.offset();
        let repr = Self::Repr::decode_avro(input)?;
        Self::from_repr(repr).map_err(|error| DecodeError::refused(start, "a valid value", error))
    }

    /// Returns the value of a field of this type in an event of an earlier minor version that lacks the field. There is
    /// one if the Avro form is optional, because a contract can then gain the field.
    #[doc(hidden)]
    #[must_use]
    fn absent() -> Option<Self> {
        match Self::SCHEMA {
            Schema::Optional(_) => Self::from_repr(Self::Repr::absent()?).ok(),
            _ => None,
        }
    }
}

/// A type that can represent others: one of the crate's, or a payload. If any type could, two types might represent each
/// other, and the compiler would report a cycle in this crate.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot represent a type in Avro\nnote: only the types that have an Avro form of their own, and payloads, represent others\nhelp: choose a type such as `String`, `i64` or a `#[payload]` struct; the representation of another custom type `T` is `<T as AvroType>::Repr`",
    label = "not an Avro form of its own"
)]
pub trait AvroForm: AvroType {
    /// The schema. A representation without this trait has none, which the compiler reports.
    #[doc(hidden)]
    const FORM: Schema = Self::SCHEMA;
}

/// The common part of the implementations for types that represent themselves.
macro_rules! represents_itself {
    () => {
        type Repr = Self;

        fn to_repr(&self) -> Self {
            self.clone()
        }

        fn from_repr(repr: Self) -> Result<Self, $crate::avro::BoxError> {
            Ok(repr)
        }
    };
}
pub(crate) use represents_itself;

/// The part of an implementation for a type that a string represents and that implements `Display` and `FromStr`.
macro_rules! represented_by_string {
    () => {
        type Repr = String;

        fn to_repr(&self) -> String {
            self.to_string()
        }

        fn from_repr(repr: String) -> Result<Self, $crate::avro::BoxError> {
            Ok(repr.parse()?)
        }
    };
}
pub(crate) use represented_by_string;
