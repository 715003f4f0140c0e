//! Errors about JSON that is not an event.

use std::{error::Error, fmt};

use crate::{
    avro::{DecodeError, Segment, path_text},
    error::debug_as_chain,
};

/// An error about JSON that is not the Avro record dictionary of the expected event.
///
/// It gives the path of the field in the event's data, the place in the JSON, and what is wrong there. It never holds a
/// value or a key of the JSON, which may be personal data.
///
/// ```
/// # use openedx_events::registry;
/// let event = registry::get("org.openedx.learning.student.registration.completed.v1").unwrap();
/// let error = event.encode_json(r#"{"user": {"id": "ada@example.com"}}"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`user.id` at line 1 column 33: invalid type: string, expected i64"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct JsonError {
    path: String,
    line: usize,
    column: usize,
    problem: String,
}

impl JsonError {
    pub(super) fn new(error: &serde_json::Error, path: &[Segment]) -> Self {
        let path = path_text(path.iter());
        Self { path, line: error.line(), column: error.column(), problem: problem(error) }
    }

    /// Makes the error for a refused default, which has no position in the JSON.
    pub(super) fn for_default(refused: &DecodeError) -> Self {
        Self { path: refused.field_path(), line: 0, column: 0, problem: refused.reason() }
    }

    /// Returns the path of the field, such as `enrollment.user.id` or `roles[3]`; empty for the event as a whole.
    /// Entries of a map are numbered in the order of the JSON.
    #[must_use]
    pub fn field_path(&self) -> &str {
        &self.path
    }

    /// Returns the line in the JSON, from 1; 0 if a default is refused, which is not in the JSON.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column in that line, from 1; the error is before it. 0 if the line is 0.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns what is wrong there.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, problem } = self;
        match (path.as_str(), line) {
            (path, 0) => write!(f, "`{path}`, by default: {problem}"),
            ("", line) => write!(f, "line {line} column {column}: {problem}"),
            (path, line) => write!(f, "`{path}` at line {line} column {column}: {problem}"),
        }
    }
}

debug_as_chain!(JsonError);

impl Error for JsonError {}

/// Returns serde's message without the place and without the value, which may be personal data: the message ends up in
/// logs.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if text.starts_with("unknown field ")
        && let Some((_, known)) = text.rsplit_once("`, expected ")
    {
        return format!("unknown field, expected {known}");
    }
    for what in ["invalid type: ", "invalid value: "] {
        if let Some(rest) = text.strip_prefix(what)
            && let Some((found, expected)) = rest.rsplit_once(", expected ")
        {
            let kind = found.split(['"', '`']).next().unwrap_or_default().trim_end();
            // serde's name for JSON's `null`.
            let kind = if kind == "unit value" { "null" } else { kind };
            return format!("{what}{kind}, expected {expected}");
        }
    }
    text.to_owned()
}
