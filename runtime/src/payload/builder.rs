//! The states of a builder's fields.
//!
//! A builder has one type parameter for each field: [`Unset`], [`Set`] or [`Kept`].

/// The field has no value yet.
#[derive(Clone, Copy, Debug)]
pub struct Unset;

/// A setter was called.
#[derive(Clone, Copy, Debug)]
pub struct Set;

/// The value comes from `to_builder()`, and a setter can replace it.
#[derive(Clone, Copy, Debug)]
pub struct Kept;

/// Chooses a type that implements `Trait`, which must be a `dyn` type, if the field has a value.
///
/// Expansions have a trait for each required field, whose message names the field. A `dyn` type implements its trait by
/// itself, so these traits need no implementations, which cost compile time.
pub trait Proves<Trait: ?Sized> {
    /// `Trait`, or the state if the field has no value.
    type Proof: ?Sized;
}

impl<Trait: ?Sized> Proves<Trait> for Set {
    type Proof = Trait;
}

impl<Trait: ?Sized> Proves<Trait> for Kept {
    type Proof = Trait;
}

impl<Trait: ?Sized> Proves<Trait> for Unset {
    type Proof = Self;
}

/// A state in which `build()` gets a value for the field. Expansions require it through a trait of their own, whose
/// message names the field.
pub trait Required<T> {
    /// Returns the field's value, given the builder's.
    fn value(slot: Option<T>) -> T;
}

impl<T> Required<T> for Set {
    #[inline]
    fn value(slot: Option<T>) -> T {
        value_of(slot)
    }
}

impl<T> Required<T> for Kept {
    #[inline]
    fn value(slot: Option<T>) -> T {
        value_of(slot)
    }
}

#[diagnostic::do_not_recommend]
impl<T: MayBeLeftOut> Required<T> for Unset {
    #[inline]
    fn value(_: Option<T>) -> T {
        T::left_out()
    }
}

/// Returns the value, which a builder always has in the states `Set` and `Kept`.
#[inline]
pub fn value_of<T>(slot: Option<T>) -> T {
    slot.unwrap_or_else(|| unreachable!("a field that was set has a value"))
}

/// Implemented only by `Option`, even if the field uses an alias of it.
pub trait MayBeLeftOut {
    /// Returns the value of a field that was left out.
    fn left_out() -> Self;
}

impl<T> MayBeLeftOut for Option<T> {
    #[inline]
    fn left_out() -> Self {
        None
    }
}

/// A state in which the setter can be called.
#[diagnostic::on_unimplemented(
    message = "this field is set twice\nhelp: remove one of the two calls",
    label = "already set"
)]
pub trait NotSet {}

impl NotSet for Unset {}
impl NotSet for Kept {}

/// A value that a setter takes: the field's type, the type inside an `Option`, or a kind of string for a `String`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be set to a `{Self}`\nhelp: pass a `{T}`, or convert the value first",
    label = "expected `{T}`"
)]
pub trait IntoField<T> {
    /// Returns the value of the field's type.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    #[inline]
    fn into_field(self) -> T {
        self
    }
}

impl<T> IntoField<Option<T>> for T {
    #[inline]
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

macro_rules! strings {
    ($($type:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl IntoField<String> for $type {
            #[inline]
            fn into_field(self) -> String {
                self.into()
            }
        }

        #[diagnostic::do_not_recommend]
        impl IntoField<Option<String>> for $type {
            #[inline]
            fn into_field(self) -> Option<String> {
                Some(self.into())
            }
        }
    )*};
}

strings! { &str &String Box<str> std::borrow::Cow<'_, str> char }

/// A type with a default, which `default` without a value requires.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no default\nhelp: give a value, as in `default = …`, or make the field an `Option<_>`",
    label = "`{Self}` is not `Default`"
)]
pub trait HasDefault {
    /// Returns the default.
    fn value() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> HasDefault for T {
    #[inline]
    fn value() -> Self {
        Self::default()
    }
}

/// Returns the value of a field with `default` and no expression.
#[inline]
#[must_use]
pub fn default_value<T: HasDefault>() -> T {
    T::value()
}
