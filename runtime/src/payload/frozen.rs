//! The one private field of a payload.

/// Holds the fields of a payload and only ever lends them: there is no way to a `&mut`.
///
/// The standard derives are passed on, because a payload's own derives go to the struct around this.
///
/// `assert_field` refuses payloads that contain each other. For the compiler not to report their infinite size, too,
/// the fields are behind an associated type, which it does not follow there, and are not the last part of this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Frozen<T>(<T as Held>::Value, ());

/// The way to a type that the compiler does not follow when it measures structs.
#[allow(unreachable_pub, reason = "it is in the public type of a field")]
pub trait Held {
    /// The type itself.
    type Value;
}

impl<T> Held for T {
    type Value = T;
}

impl<T> Frozen<T> {
    /// Freezes `fields`.
    #[inline]
    pub const fn new(fields: T) -> Self {
        Self(fields, ())
    }

    /// The fields.
    #[inline]
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// Gives the fields up.
    #[inline]
    pub fn into_inner(self) -> T {
        self.0
    }
}
