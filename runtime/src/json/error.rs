//! Why a JSON is no event.

use std::{error::Error, fmt};

use crate::avro::{DecodeError, Segment, path_text};

/// A JSON that is not the Avro record dictionary of the event it was read as.
///
/// It names the field by its path from the event's data, the place in the text, and what is wrong there. It
/// never holds a value or a key of the JSON, which may be personal data.
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

    /// Of a default, which is in no text.
    pub(super) fn without_place(refused: &DecodeError) -> Self {
        Self { path: refused.field_path(), line: 0, column: 0, problem: refused.reason() }
    }

    /// The field, as in `enrollment.user.id` or `roles[3]`; empty for the whole. Entries of a map have the number
    /// at which they were met.
    #[must_use]
    pub fn field_path(&self) -> &str {
        &self.path
    }

    /// The line in the JSON, from 1; 0 where a default is refused, which is not in the JSON.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in that line, from 1; the error is before it. 0 as for the line.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there.
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

impl fmt::Debug for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonError({self})")
    }
}

impl Error for JsonError {}

/// What serde says is wrong, without the value that it says it of, and without the place: what is wrong
/// with an event's JSON ends up in logs, and its values may be personal data.
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
