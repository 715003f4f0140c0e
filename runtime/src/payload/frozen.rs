//! The one private field of a payload.

/// Holds the fields of a payload and only lends them: nobody gets a `&mut`.
///
/// It has the standard derives, because a payload's own derives go to the struct around it.
///
/// `assert_field` refuses payloads that contain each other. So that the compiler does not report their infinite size
/// too, the fields are behind an associated type, which it does not follow there, and are not the last part of the
/// struct.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Frozen<T>(<T as Indirect>::Value, ());

/// Leads to a type in a way that the compiler does not follow when it measures structs.
#[allow(unreachable_pub, reason = "it is in the public type of a field")]
pub trait Indirect {
    /// The type itself.
    type Value;
}

impl<T> Indirect for T {
    type Value = T;
}

impl<T> Frozen<T> {
    /// Freezes `fields`.
    #[inline]
    pub const fn new(fields: T) -> Self {
        Self(fields, ())
    }

    /// Returns the fields.
    #[inline]
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// Returns the fields by value.
    #[inline]
    pub fn into_inner(self) -> T {
        self.0
    }
}
