//! Passwords.

use std::fmt;

use crate::event_bus::settings::value::{Given, string};

/// A password. `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KafkaSecret(String);

impl KafkaSecret {
    /// Makes a password from its text.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// Returns the text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KafkaSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

pub(super) fn secret(given: Given<'_>) -> Result<KafkaSecret, String> {
    string(given).map(KafkaSecret)
}
