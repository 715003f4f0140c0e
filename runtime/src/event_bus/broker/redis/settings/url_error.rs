//! The error of a string that is not a Redis URL.

use std::{error::Error, fmt};

/// Why a string is not a Redis URL. It does not contain the string, because any part of it may be a password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrlError(pub(super) String);

/// Prints the same as `Display`, because a `main` that returns this error prints its `Debug` form.
impl fmt::Debug for RedisUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RedisUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for RedisUrlError {}
