//! Places in source text.

use std::panic;

/// A place in source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path of the module, which begins with the crate's name.
    pub module_path: &'static str,
    /// The path of the file, as the compiler received it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Location {
    /// Returns the location of the caller, which is in the module `module_path`.
    #[must_use]
    #[track_caller]
    pub const fn here(module_path: &'static str) -> Self {
        let caller = panic::Location::caller();
        Self { module_path, file: caller.file(), line: caller.line(), column: caller.column() }
    }
}
