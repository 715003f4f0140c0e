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
    pub(super) fn new(json: &str, error: &serde_json::Error, path: &[Segment]) -> Self {
        let path = path_text(path.iter());
        Self { path, line: error.line(), column: error.column(), problem: problem_in(json, error) }
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

/// Returns the [`problem`] of `json`. Names the numbers that Python writes although they are not JSON.
pub(crate) fn problem_in(json: &str, error: &serde_json::Error) -> String {
    let bare = error.is_syntax().then(|| word_at(json, error.line(), error.column())).flatten();
    let known = ["NaN", "Infinity", "-Infinity"].into_iter().find(|known| bare == Some(*known));
    known.map_or_else(
        || problem(error),
        |name| format!("`{name}` is not JSON: write `\"{name}\"`, with quotes"),
    )
}

/// Returns the word without quotes that contains the byte before `column`.
fn word_at(json: &str, line: usize, column: usize) -> Option<&str> {
    let line = json.split('\n').nth(line.checked_sub(1)?)?;
    let is_of_word = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'-';
    let (before, after) = line.as_bytes().split_at_checked(column.checked_sub(1)?)?;
    let start = column - 1 - before.iter().rev().take_while(|byte| is_of_word(byte)).count();
    let end = column - 1 + after.iter().take_while(|byte| is_of_word(byte)).count();
    line.get(start..end)
}

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
