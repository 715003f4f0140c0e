//! `encode`: turns Avro record dictionaries into Avro bytes.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    find,
    lines::{NoAnswer, parse},
};
use crate::event::{AnyEventError, EventDefinition};

pub(super) const EXAMPLE: &str = r#"Example:
  echo '{"event_type": "org.openedx.learning.student.registration.completed.v1", "data": {"user": {"id": 7, "is_active": true, "pii": {"username": "ada", "email": "ada@example.com", "name": "Ada"}}}}' | openedx-events encode

Exits with 1 if a line could not be encoded."#;

#[derive(Deserialize)]
struct EncodeRequest<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

pub(super) fn answer(line: &str) -> Result<String, NoAnswer> {
    let request: EncodeRequest<'_> = parse(line)?;
    let event = event(&request.event_type)?;
    let data = request.data.get();
    let bytes = event.encode_json(data).map_err(|error| match error {
        AnyEventError::Json(error) => {
            let path =
                [if error.field_path().is_empty() { "data" } else { "data." }, error.field_path()].concat();
            // `data` is borrowed from the line, so their addresses tell where it begins.
            let before = data.as_ptr().addr() - line.as_ptr().addr();
            let column = before + error.column();
            NoAnswer::BadLine(format!("`{path}` at column {column}: {}", error.problem()))
        }
        error => NoAnswer::BadLine(error.to_string()),
    })?;
    // Nothing in an event type needs escaping.
    let hex = HEXLOWER.encode(&bytes);
    Ok([r#"{"event_type":""#, event.event_type(), r#"","avro_hex":""#, &hex, r#""}"#].concat())
}

/// Returns the event that a line names by its type or constant.
pub(super) fn event(name: &str) -> Result<&'static EventDefinition, NoAnswer> {
    // The answer is one line of JSON.
    find::event(name)
        .map_err(|error| NoAnswer::BadLine(error.replace("\nnote: ", "; ").replace("\nhelp: ", "; ")))
}
