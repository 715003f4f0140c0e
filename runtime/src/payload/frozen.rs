//! The one private field of a payload.

/// Holds the fields of a payload and only ever lends them: there is no way to a `&mut`.
///
/// The standard derives are passed on, because a payload's own derives go to the struct around this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Frozen<T>(T);

impl<T> Frozen<T> {
    /// Freezes `fields`.
    #[inline]
    pub const fn new(fields: T) -> Self {
        Self(fields)
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
