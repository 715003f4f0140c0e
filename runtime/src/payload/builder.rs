//! The states of a builder's fields, and what each allows.
//!
//! A builder has one type parameter a field, which is one of these.

/// The field has no value yet.
#[derive(Clone, Copy, Debug)]
pub struct Unset;

/// A setter was called.
#[derive(Clone, Copy, Debug)]
pub struct Set;

/// The value is that of the payload that the builder was made of, and can be replaced.
#[derive(Clone, Copy, Debug)]
pub struct Kept;

/// A field that `build()` takes a value of. Expansions put a trait with the field's name in its message in
/// front of this one.
pub trait Required<T> {
    /// The value, of what the builder holds.
    fn value(slot: Option<T>) -> T;
}

impl<T> Required<T> for Set {
    #[inline]
    fn value(slot: Option<T>) -> T {
        there(slot)
    }
}

impl<T> Required<T> for Kept {
    #[inline]
    fn value(slot: Option<T>) -> T {
        there(slot)
    }
}

#[diagnostic::do_not_recommend]
impl<T: MayBeLeftOut> Required<T> for Unset {
    #[inline]
    fn value(_: Option<T>) -> T {
        T::left_out()
    }
}

/// A builder gets into the states `Set` and `Kept` with a value.
#[inline]
fn there<T>(slot: Option<T>) -> T {
    slot.unwrap_or_else(|| unreachable!("a field that was set has a value"))
}

/// `Option`, whatever its name where the field is.
pub trait MayBeLeftOut {
    /// The value of a field that was left out.
    fn left_out() -> Self;
}

impl<T> MayBeLeftOut for Option<T> {
    #[inline]
    fn left_out() -> Self {
        None
    }
}

/// A field whose setter can be called.
#[diagnostic::on_unimplemented(
    message = "this field is set twice\nhelp: remove one of the two calls",
    label = "it was set before"
)]
pub trait NotSet {}

impl NotSet for Unset {}
impl NotSet for Kept {}

/// What a setter takes: the field's type, the inside of an `Option`, and whatever is text for a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value for a field of type `{T}`\nhelp: give it a `{T}`, or what one can be made of",
    label = "expected `{T}`"
)]
pub trait IntoField<T> {
    /// The value of the field's type.
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

macro_rules! text {
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

text! { &str &String Box<str> std::borrow::Cow<'_, str> char }

/// A type with a default, which a field with `default` alone has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no default\nhelp: say which value it is, as in `default = …`, or make the field an `Option<_>`",
    label = "`{Self}` is not `Default`"
)]
pub trait HasDefault {
    /// The default.
    fn value() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> HasDefault for T {
    #[inline]
    fn value() -> Self {
        Self::default()
    }
}

/// The value of a field with `default` alone.
#[inline]
#[must_use]
pub fn default_value<T: HasDefault>() -> T {
    T::value()
}
