//! UUIDs, which are strings on the wire.

use uuid::Uuid;

use crate::{
    avro::{BoxError, DecodeError, Decoder, encoder},
    avro_type::{AvroForm, AvroType},
    keys::decimal_digit,
};

#[diagnostic::do_not_recommend]
impl AvroForm for Uuid {}

#[diagnostic::do_not_recommend]
impl AvroType for Uuid {
    type Repr = String;

    fn to_repr(&self) -> String {
        self.to_string()
    }

    fn from_repr(repr: String) -> Result<Self, BoxError> {
        parse_uuid(&repr)
    }

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        let mut buffer = Self::encode_buffer();
        encoder::bytes(out, self.hyphenated().encode_lower(&mut buffer).as_bytes());
    }

    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let start = input.offset();
        parse_uuid(input.string()?).map_err(|error| DecodeError::refused(start, "a UUID", error))
    }
}

/// Parses the strings that Python's `uuid.UUID(text)` accepts: without `urn:`, `uuid:`, braces and hyphens, wherever
/// these occur, the rest must be a hexadecimal number of 32 characters.
pub(crate) fn parse_uuid(text: &str) -> Result<Uuid, BoxError> {
    // The form that Python writes needs no copy of the string.
    if text.len() == 36
        && let Ok(uuid) = Uuid::try_parse(text)
    {
        return Ok(uuid);
    }
    let text = text.replace("urn:", "").replace("uuid:", "");
    let digits = text.trim_matches(['{', '}']).replace('-', "");
    let number = if digits.chars().count() == 32 { parse_hexadecimal(&digits) } else { None };
    Ok(Uuid::from_u128(number.ok_or("a UUID must have 32 hexadecimal digits")?))
}

/// Parses up to 32 digits like Python's `int(text, 16)`, which allows white space around them, `+` and `0x` before
/// them, single `_` between them, and decimal digits of any script.
fn parse_hexadecimal(text: &str) -> Option<u128> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(rest) => rest.strip_prefix('_').unwrap_or(rest),
        None => text,
    };
    let mut number = 0;
    for run in digits.split('_') {
        if run.is_empty() {
            return None;
        }
        for digit in run.chars() {
            let digit = digit.to_digit(16).or_else(|| decimal_digit(digit))?;
            number = number << 4 | u128::from(digit);
        }
    }
    Some(number)
}
