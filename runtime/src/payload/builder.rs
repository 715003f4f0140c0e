//! The states of a builder's fields, and what each allows.
//!
//! A builder has one type parameter a field. `F` below is a type with the field's name, `P` the payload:
//! they are there for the messages alone.

/// The field has no value yet.
#[derive(Clone, Copy, Debug)]
pub struct Unset;

/// A setter was called.
#[derive(Clone, Debug)]
pub struct Set<T>(pub T);

/// The value is that of the payload that the builder was made of, and can be replaced.
#[derive(Clone, Debug)]
pub struct Kept<T>(pub T);

/// A field that `build()` takes a value of.
#[diagnostic::on_unimplemented(
    message = "required field `{F}` of `{P}` is not set\nhelp: call `.{F}(…)` before `.build()`",
    label = "`{F}` is not set here"
)]
pub trait Required<T, F, P> {
    /// The value.
    fn value(self) -> T;
}

impl<T, F, P> Required<T, F, P> for Set<T> {
    #[inline]
    fn value(self) -> T {
        self.0
    }
}

impl<T, F, P> Required<T, F, P> for Kept<T> {
    #[inline]
    fn value(self) -> T {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl<T: MayBeLeftOut, F, P> Required<T, F, P> for Unset {
    #[inline]
    fn value(self) -> T {
        T::left_out()
    }
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

/// A field with a default.
pub trait Optional<T> {
    /// The value, or what `default` makes.
    fn value_or(self, default: impl FnOnce() -> T) -> T;
}

impl<T> Optional<T> for Set<T> {
    #[inline]
    fn value_or(self, _: impl FnOnce() -> T) -> T {
        self.0
    }
}

impl<T> Optional<T> for Kept<T> {
    #[inline]
    fn value_or(self, _: impl FnOnce() -> T) -> T {
        self.0
    }
}

impl<T> Optional<T> for Unset {
    #[inline]
    fn value_or(self, default: impl FnOnce() -> T) -> T {
        default()
    }
}

/// A field whose setter can be called.
#[diagnostic::on_unimplemented(
    message = "field `{F}` of `{P}` is set twice\nhelp: remove one of the two calls of `.{F}(…)`",
    label = "`{F}` was set before"
)]
pub trait NotSet<F, P> {}

impl<F, P> NotSet<F, P> for Unset {}
impl<T, F, P> NotSet<F, P> for Kept<T> {}

/// What a setter takes: the field's type, the inside of an `Option`, and whatever is text for a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value for a field of type `{T}`",
    label = "not a `{T}`"
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
        impl IntoField<String> for $type {
            #[inline]
            fn into_field(self) -> String {
                self.into()
            }
        }

        impl IntoField<Option<String>> for $type {
            #[inline]
            fn into_field(self) -> Option<String> {
                Some(self.into())
            }
        }
    )*};
}

text! { &str &String Box<str> std::borrow::Cow<'_, str> char }
