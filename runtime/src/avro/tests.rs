//! Bytes in and out, without the registry. Miri runs these tests too.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use uuid::Uuid;

use super::{DecodeError, Decoder};
use crate::{avro_type::AvroType, date_time::DateTime, macros::payload};

/// A payload with a field of each kind.
#[payload]
struct Everything {
    /// A flag.
    flag: bool,
    /// A number.
    long: i64,
    /// A small number.
    byte: u8,
    /// A fraction.
    double: f64,
    /// A string.
    text: String,
    /// Bytes.
    bytes: Bytes,
    /// A time.
    time: DateTime,
    /// A UUID.
    uuid: Uuid,
    /// A list.
    list: Vec<Inner>,
    /// A map.
    map: HashMap<String, Vec<i64>>,
    /// A value that may be missing.
    missing: Option<Inner>,
}

/// A payload in a payload.
#[payload]
#[derive(Eq)]
struct Inner {
    /// A number.
    number: i16,
    /// Strings.
    texts: BTreeMap<String, String>,
}

fn encode<T: AvroType>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode_avro(&mut out);
    out
}

fn decode<T: AvroType>(bytes: &[u8]) -> Result<T, DecodeError> {
    T::decode_avro(&mut Decoder::new(bytes))
}

fn everything() -> Everything {
    let inner = Inner::builder().number(-2).texts([("é".to_owned(), "x".to_owned())].into()).build();
    Everything::builder()
        .flag(true)
        .long(i64::MIN)
        .byte(255)
        .double(-0.5)
        .text("Zoë")
        .bytes(Bytes::from_static(&[0, 255]))
        .time(DateTime::utc(2026, 3, 1, 8, 30, 0, 250).unwrap())
        .uuid(Uuid::nil())
        .list(vec![inner.clone(), inner.clone()])
        .map([("b".to_owned(), vec![1]), ("a".to_owned(), vec![])].into())
        .missing(inner)
        .build()
}

#[test]
fn decoding_reverses_encoding() {
    let value = everything();
    assert_eq!(decode::<Everything>(&encode(&value)).unwrap(), value);
}

#[test]
fn every_truncation_is_an_error_within_the_input() {
    let bytes = encode(&everything());
    for length in 0..bytes.len() {
        let error = decode::<Everything>(&bytes[..length]).unwrap_err();
        assert!(error.offset() <= length, "{error}");
        assert!(!error.field_path().is_empty(), "{error}");
    }
}

#[test]
fn a_flipped_bit_never_panics() {
    let bytes = encode(&everything());
    for at in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        if let Ok(value) = decode::<Everything>(&flipped) {
            assert_eq!(encode(&decode::<Everything>(&encode(&value)).unwrap()), encode(&value));
        }
    }
}
