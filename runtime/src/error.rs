//! Errors in one line.

use std::error::Error;

/// Returns the message of `error` and of its sources, separated by colons.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        // Some errors repeat their source in their own message.
        if !line.ends_with(&cause) {
            line.push_str(": ");
            line.push_str(&cause);
        }
        source = error.source();
    }
    line
}

/// Implements `Debug` for an error as its message and its sources' messages, because a `main` that returns the error prints its
/// `Debug`.
macro_rules! debug_as_chain {
    ($error:ty) => {
        impl ::std::fmt::Debug for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::error::chain(self))
            }
        }
    };
}

pub(crate) use debug_as_chain;
