//! The frame of keys and values: a zero, then the id of the schema in the registry, then the Avro bytes.

/// The number of bytes before the Avro bytes.
pub(super) const LENGTH: usize = 5;

/// Returns the bytes before the Avro bytes.
pub(super) fn header(schema_id: u32) -> [u8; LENGTH] {
    let [a, b, c, d] = schema_id.to_be_bytes();
    [0, a, b, c, d]
}

/// Returns the id of the schema. The Avro bytes follow after [`LENGTH`] bytes.
///
/// # Errors
///
/// Returns the reason, without data of the event, if these are not framed bytes.
pub(super) fn schema_id(bytes: &[u8]) -> Result<u32, &'static str> {
    match bytes {
        [] => Err("the value is empty"),
        [0, a, b, c, d, ..] => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
        [0, ..] => Err("the value ends in the middle of its schema id"),
        [1, ..] => Err("the value has a schema GUID instead of a schema id"),
        _ => Err("the value does not begin with a schema id"),
    }
}

#[cfg(test)]
mod tests {
    use super::{header, schema_id};

    #[test]
    fn ids_are_big_endian() {
        assert_eq!(header(0x0102_0304), [0, 1, 2, 3, 4]);
        assert_eq!(schema_id(&[0, 0, 0, 1, 2, 0x0e]), Ok(258));
        assert_eq!(schema_id(&[0, 0xff, 0xff, 0xff, 0xff]), Ok(u32::MAX));
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&b""[..], &[0], &[0, 0, 0, 0], &[1, 0, 0, 0, 1, 2], &[0x7b; 20]] {
            schema_id(bytes).unwrap_err();
        }
    }
}
