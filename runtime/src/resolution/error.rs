//! Errors about schemas of writers.

use std::{error::Error, fmt};

use crate::event::NoWireForm;

/// An error about the schema of a writer: it is not a schema, or an event cannot be read with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolutionError {
    path: String,
    problem: String,
}

impl ResolutionError {
    pub(super) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }

    pub(super) fn no_wire_form(error: &NoWireForm) -> Self {
        Self::new("", error.to_string())
    }

    /// Returns the path of the event's field, such as `enrollment.mode`, or the position in the JSON, such as
    /// `fields[0].type`; it is empty for the schema as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ResolutionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.problem)
    }
}

impl Error for ResolutionError {}
