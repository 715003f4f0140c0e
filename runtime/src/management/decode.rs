//! `decode`: turns Avro bytes into Avro record dictionaries.

use std::borrow::Cow;

use data_encoding::{DecodeKind, HEXLOWER_PERMISSIVE};
use serde::Deserialize;

use super::{
    encode::event,
    lines::{NoAnswer, parse},
};

pub(super) const EXAMPLE: &str = r#"Example:
  echo '{"event_type": "org.openedx.learning.student.registration.completed.v1", "avro_hex": "0e01066164611e616461406578616d706c652e636f6d06416461"}' | openedx-events decode

Exits with 1 if a line could not be decoded."#;

#[derive(Deserialize)]
struct DecodeRequest<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    avro_hex: Cow<'a, str>,
}

pub(super) fn answer(line: &str) -> Result<String, NoAnswer> {
    let request: DecodeRequest<'_> = parse(line)?;
    let event = event(&request.event_type)?;
    let bytes = HEXLOWER_PERMISSIVE.decode(request.avro_hex.as_bytes()).map_err(|error| {
        NoAnswer::BadLine(match error.kind {
            DecodeKind::Length => "`avro_hex` has an odd number of digits".to_owned(),
            _ => format!(
                "`avro_hex` has a character that is not a hexadecimal digit (byte {})",
                error.position
            ),
        })
    })?;
    let data = event.decode_to_json(&bytes).map_err(|error| NoAnswer::BadLine(error.to_string()))?;
    // The data is already JSON, and nothing in an event type needs escaping.
    Ok([r#"{"event_type":""#, event.event_type(), r#"","data":"#, &data, "}"].concat())
}
