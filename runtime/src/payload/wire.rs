//! How expansions use a field's type without requiring anything of it.
//!
//! [`Wire`] and [`Plain`] have inherent functions if the type fits a payload. If it does not, the compiler takes the
//! functions of the same names in [`NoWire`] and [`NotPlain`]. So a wrong field type is reported once, by the assertion
//! at the user's type, and not by each place that encodes, compares or prints the field. A program that uses the
//! fallbacks does not compile, so they never run.

use std::{fmt::Debug, marker::PhantomData};

use crate::{
    avro::{DecodeError, Decoder},
    avro_type::{AvroType, refused::Refused},
    schema::{Refusal, Schema, TypeFacts},
};

/// Asserts the one hard requirement on a field's type, at that type.
pub const fn assert_avro_type<T: AvroType>() {}

/// Returns the facts about a simple type. The bound fails only if the program gives its name to another type.
#[must_use]
pub const fn simple<T: Simple>() -> TypeFacts {
    TypeFacts::new(Some(T::SCHEMA), None, true)
}

/// A type that the macros recognize by its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the standard type of the same name\nnote: the macros recognize standard types by their names\nhelp: use the standard type, or refer to this type by another name",
    label = "not the standard type"
)]
pub trait Simple: AvroType {}

/// A simple type that is not an `Option`.
pub trait SimplePart: AvroType {}

#[diagnostic::do_not_recommend]
impl<T: SimplePart> Simple for T {}
#[diagnostic::do_not_recommend]
impl<T: SimplePart> Simple for Option<T> {}

impl<T: SimplePart> SimplePart for Vec<T> {}

macro_rules! simple {
    ($($type:ty)*) => {$(
        impl SimplePart for $type {}
    )*};
}

simple! { String i64 bool f64 i32 i16 i8 u32 u16 u8 }

/// Asserts the second requirement on a field's type, which applies only to types that meet the first.
pub const fn assert_value<T: Value>() {}

/// `T`, or `bool`, which meets each requirement: for a type that fails an earlier one, or that `assert_field` refuses with
/// a reason of its own.
pub type Unless<T, const IS_REPORTED: bool> = <Reported<IS_REPORTED> as Choose<T>>::Type;

/// The choice for [`Choose`]: whether the type is reported elsewhere.
pub struct Reported<const IS_REPORTED: bool>;

/// Chooses between types.
pub trait Choose<T> {
    /// The type.
    type Type;
}

impl<T> Choose<T> for Reported<false> {
    type Type = T;
}

impl<T> Choose<T> for Reported<true> {
    type Type = bool;
}

/// The Avro side of a field's type.
pub struct Wire<T>(PhantomData<T>);

/// The traits that every field needs besides its Avro form.
#[diagnostic::on_unimplemented(
    message = "`{Self}` must implement `Clone`, `PartialEq` and `Debug` to be a field of a payload or an event\nnote: payloads are cloned, compared and printed\nhelp: put `#[derive(Clone, PartialEq, Debug)]` on your struct",
    label = "lacks a trait"
)]
pub trait Value: AvroType + Clone + PartialEq + Debug {}

#[diagnostic::do_not_recommend]
impl<T: AvroType + Clone + PartialEq + Debug> Value for T {}

impl<T: Refused> Wire<T> {
    /// Why the type is refused, if it has a reason of its own.
    pub const REFUSAL: Option<Refusal> = Some(T::REFUSAL);

    /// Whether it is refused.
    pub const IS_REFUSED: bool = true;
}

impl<T: AvroType> Wire<T> {
    /// The schema. It is `None` in the fallback.
    pub const SCHEMA: Option<Schema> = Some(T::SCHEMA);

    /// Whether it lacks an Avro form.
    pub const HAS_NO_FORM: bool = false;

    /// Appends the Avro bytes.
    #[inline]
    pub fn encode(value: &T, out: &mut Vec<u8>) {
        value.encode_avro(out);
    }

    /// Reads the Avro bytes of a field.
    #[inline]
    pub fn decode(input: &mut Decoder<'_>, name: &'static str) -> Result<T, DecodeError> {
        input.field(name, T::decode_avro)
    }

    /// Reads the Avro bytes of a data key that earlier minor versions of the event lack.
    pub fn decode_later(
        input: &mut Decoder<'_>,
        name: &'static str,
        can_end: bool,
        absent: fn() -> Option<T>,
    ) -> Result<T, DecodeError> {
        input.later_field(name, can_end, T::decode_avro, absent)
    }

    /// Returns the value of a field that the minor version of the bytes lacks.
    #[must_use]
    pub fn absent() -> Option<T> {
        T::absent()
    }
}

/// The fallback of [`Wire`] for a type without an Avro form.
#[allow(unused_variables, missing_docs)]
pub trait NoWire<T> {
    const SCHEMA: Option<Schema> = None;
    const REFUSAL: Option<Refusal> = None;
    /// It has no reason of its own.
    const IS_REFUSED: bool = false;

    const HAS_NO_FORM: bool = true;

    fn encode(value: &T, out: &mut Vec<u8>) {}

    fn decode(input: &mut Decoder<'_>, name: &'static str) -> Result<T, DecodeError> {
        unreachable!("a program with a field without an Avro form does not compile")
    }

    fn decode_later(
        input: &mut Decoder<'_>,
        name: &'static str,
        can_end: bool,
        absent: fn() -> Option<T>,
    ) -> Result<T, DecodeError> {
        unreachable!("a program with a field without an Avro form does not compile")
    }

    #[must_use]
    fn absent() -> Option<T> {
        None
    }
}

impl<T> NoWire<T> for Wire<T> {}

/// The plain Rust side of a field's type.
pub struct Plain<T>(PhantomData<T>);

impl<T: Value> Plain<T> {
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

/// The fallback of [`Plain`] for a type that lacks one of the traits.
#[allow(unused_variables, missing_docs)]
pub trait NotPlain<T> {
    fn clone_value(value: &T) -> T {
        unreachable!("a program with a field that is not `Clone` does not compile")
    }

    fn values_eq(left: &T, right: &T) -> bool {
        false
    }

    fn debug_value(value: &T) -> &dyn Debug {
        &()
    }
}

impl<T> NotPlain<T> for Plain<T> {}
