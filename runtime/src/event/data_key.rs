//! Data keys, as the registry describes them.

use std::fmt;

use crate::schema::Field;

/// A data key of an event: a keyword argument of `send_event` in Python.
#[derive(Clone, Copy)]
pub struct DataKey(pub(crate) &'static Field);

impl DataKey {
    /// Returns the name, which is the field's.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.0.name
    }

    /// Returns the type, as written in the definition.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        self.0.type_name
    }

    /// Returns the documentation of the field.
    #[must_use]
    pub const fn docs(&self) -> &'static str {
        self.0.docs
    }

    /// Returns whether all of it is personal data.
    #[must_use]
    pub const fn is_pii(&self) -> bool {
        self.0.pii
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.type_name())
    }
}
