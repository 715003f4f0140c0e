//! Why a JSON is no event.

use std::{error::Error, fmt};

use serde_path_to_error::{Path, Segment};

use crate::{
    avro_type::problem,
    schema::{Field, Schema},
};

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
    pub(super) fn new(error: &serde_json::Error, path: &Path, fields: &[Field]) -> Self {
        let path = if path.iter().len() == 0 { String::new() } else { known_path(path, fields) };
        Self { path, line: error.line(), column: error.column(), problem: problem(error) }
    }

    /// The field, as in `enrollment.user.id` or `roles[3]`, as far as the JSON's keys are those of the event's
    /// schema; empty for the whole. A key of a map is `[…]`.
    #[must_use]
    pub fn field_path(&self) -> &str {
        &self.path
    }

    /// The line in the JSON, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in that line, from 1; the error is before it.
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

/// The path, without keys that are not in the schema.
fn known_path(path: &Path, fields: &[Field]) -> String {
    let mut text = String::new();
    let mut fields = fields;
    let mut part = None;
    for segment in path {
        part = match (segment, part) {
            (Segment::Map { key }, None) => {
                let Some(field) = fields.iter().find(|field| field.name == key) else {
                    break;
                };
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(field.name);
                Some(field.schema)
            }
            (Segment::Map { .. }, Some(Schema::Map(values))) => {
                text.push_str("[…]");
                Some(*values)
            }
            (Segment::Seq { index }, Some(Schema::Array(items))) => {
                text.push_str(&["[", &index.to_string(), "]"].concat());
                Some(*items)
            }
            _ => break,
        };
        if let Some(Schema::Optional(some)) = part {
            part = Some(*some);
        }
        if let Some(Schema::Record(record)) = part {
            fields = record.get().fields;
            part = None;
        }
    }
    text
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}` at ", self.path)?;
        }
        write!(f, "line {} column {}: {}", self.line, self.column, self.problem)
    }
}

impl fmt::Debug for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonError({self})")
    }
}

impl Error for JsonError {}
