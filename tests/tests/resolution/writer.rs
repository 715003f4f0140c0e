//! Forms of schemas that other writers use.

use openedx_events::{Event, codec};

use super::{BookLent, ReaderData, cloud_event, resolve};

const READER: &str = r#"{"name": "reader", "type": {"type": "record", "name": "ReaderData", "fields": [
    {"name": "id", "type": "long"}, {"name": "name", "type": "string"},
    {"name": "email", "type": ["null", "string"]}, {"name": "language", "type": "string"}]}}"#;
const DAYS: &str = r#"{"name": "days", "type": {"type": "array", "items": "double"}}"#;

fn ada() -> ReaderData {
    ReaderData::builder().id(7).name("Ada").build()
}

/// Decodes `bytes` that were written with data keys `fields`.
#[track_caller]
fn read(fields: &[&str], bytes: &[u8]) -> BookLent {
    let resolution = resolve(BookLent::DEFINITION, &cloud_event(&fields.join(",")));
    codec::decode(&resolution.rewrite(bytes).unwrap()).unwrap()
}

#[test]
fn fields_are_matched_by_name_in_any_order() {
    let reader = r#"{"name": "reader", "type": {"type": "record", "name": "ReaderData", "fields": [
        {"name": "language", "type": "string"}, {"name": "name", "type": "string"}, {"name": "id", "type": "long"}]}}"#;
    let event = read(&[DAYS, reader], b"\x00\x04de\x06Ada\x0e");
    let reader = ada().to_builder().language("de").build();
    assert_eq!(event, BookLent::builder().reader(reader).days(Vec::new()).build());
}

#[test]
fn missing_fields_get_their_defaults() {
    let reader = r#"{"name": "reader", "type": {"type": "record", "name": "ReaderData", "fields": [
        {"name": "id", "type": "long"}, {"name": "name", "type": "string"}]}}"#;
    let event = read(&[reader, DAYS], b"\x0e\x06Ada\x00");
    assert_eq!(event, BookLent::builder().reader(ada()).days(Vec::new()).build());
    assert_eq!((event.shelf, event.reader.language.as_str()), (3, "en"));
}

#[test]
fn unknown_fields_of_every_type_are_skipped() {
    let unknown = r#"
        {"name": "u0", "type": "null"}, {"name": "u1", "type": "boolean"}, {"name": "u2", "type": "float"},
        {"name": "u3", "type": {"type": "fixed", "name": "Three", "size": 3}},
        {"name": "u4", "type": {"type": "enum", "name": "Mode", "symbols": ["AUDIT", "VERIFIED"]}},
        {"name": "u5", "type": {"type": "array", "items": {"type": "map", "values": "bytes"}}},
        {"name": "u6", "type": ["int", "Three", "string"]},
        {"name": "u7", "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}},
        {"name": "u8", "type": {"type": "record", "name": "Tree", "fields": [
            {"name": "number", "type": "long"}, {"name": "left", "type": ["null", "Tree"]}]}},
        {"name": "u9", "type": {"type": "array", "items": "null"}}"#;
    let mut bytes = b"\x01\0\0\0\0abc\x02".to_vec();
    // Two blocks: a map of one entry, and one with its size in bytes, of an empty map.
    bytes.extend(b"\x02\x02\x02k\x04xy\x00\x01\x02\x00\x00");
    bytes.extend(b"\x02xyz\x04\x01\x02");
    bytes.extend(b"\x02\x02\x04\x00");
    // So many items without bytes that a loop over them would never end.
    bytes.extend(b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f\x00");
    bytes.extend(b"\x0e\x06Ada\x00\x04en\x00");
    let event = read(&[unknown, READER, DAYS], &bytes);
    assert_eq!(event, BookLent::builder().reader(ada()).days(Vec::new()).build());
}

#[test]
fn numbers_become_doubles_and_bytes_become_strings() {
    let reader = r#"{"name": "reader", "type": {"type": "record", "name": "ReaderData", "fields": [
        {"name": "id", "type": "int"}, {"name": "name", "type": "bytes"}, {"name": "email", "type": "string"}]}}"#;
    let days = |items: &str| format!(r#"{{"name": "days", "type": {{"type": "array", "items": {items}}}}}"#);
    let floats = 1.5_f32.to_le_bytes();
    let reader_bytes = b"\x0e\x06Ada\x02@";
    let expected = |days: Vec<f64>| {
        BookLent::builder().reader(ada().to_builder().email("@".to_owned()).build()).days(days).build()
    };
    let bytes = [reader_bytes.as_slice(), b"\x02", &floats, b"\x00"].concat();
    assert_eq!(read(&[reader, &days(r#""float""#)], &bytes), expected(vec![1.5]));
    let bytes = [reader_bytes.as_slice(), b"\x04\x02\x03\x00"].concat();
    assert_eq!(read(&[reader, &days(r#""int""#)], &bytes), expected(vec![1.0, -2.0]));
    let bytes = [reader_bytes.as_slice(), b"\x03\x04\x02\x03\x00"].concat();
    assert_eq!(read(&[reader, &days(r#""long""#)], &bytes), expected(vec![1.0, -2.0]));
    let bytes = [reader_bytes.as_slice(), b"\x04\x00\x02\x02", &floats, b"\x00"].concat();
    assert_eq!(read(&[reader, &days(r#"["int", "float"]"#)], &bytes), expected(vec![1.0, 1.5]));
}

#[test]
fn unions_are_read_by_branch() {
    let reader = |email: &str| {
        format!(
            r#"{{"name": "reader", "type": {{"type": "record", "name": "ReaderData", "fields": [
            {{"name": "id", "type": ["null", "long"]}}, {{"name": "name", "type": "string"}}, {{"name": "email", "type": {email}}}]}}}}"#
        )
    };
    let with = |email: Option<&str>| {
        let reader = ada().to_builder().email(email.map(str::to_owned)).build();
        BookLent::builder().reader(reader).days(Vec::new()).build()
    };
    let head = b"\x02\x0e\x06Ada".as_slice();
    for (email, bytes, expected) in [
        (r#"["string", "null"]"#, b"\x00\x02@\x00".as_slice(), Some("@")),
        (r#"["string", "null"]"#, b"\x02\x00", None),
        (r#"["null", "bytes"]"#, b"\x02\x02@\x00", Some("@")),
        (r#"["null", "long", "string"]"#, b"\x04\x02@\x00", Some("@")),
        (r#""null""#, b"\x00", None),
        (r#"["string"]"#, b"\x00\x02@\x00", Some("@")),
    ] {
        let event = read(&[&reader(email), DAYS], &[head, bytes].concat());
        assert_eq!(event, with(expected), "{email}");
    }

    let resolution = resolve(
        BookLent::DEFINITION,
        &cloud_event(&[reader(r#"["null", "long", "string"]"#), DAYS.to_owned()].join(",")),
    );
    let error = resolution.rewrite(&[head, b"\x02\x0e\x00"].concat()).unwrap_err();
    assert_eq!(error.field_path(), "reader.email");
    let error = resolution.rewrite(b"\x00\x06Ada\x00\x00").unwrap_err();
    assert_eq!((error.field_path().as_str(), error.offset()), ("reader.id", 0));
}

#[test]
fn names_are_compared_without_namespaces() {
    let reader = READER.replace(r#""name": "ReaderData""#, r#""name": "org.openedx.old.ReaderData""#);
    let json = format!(
        r#"{{"type": "record", "name": "com.other.CloudEvent", "namespace": "ignored", "fields": [{reader},
        {{"name": "shelf", "type": "long"}}, {{"name": "twin", "type": ["null", "org.openedx.old.ReaderData"]}}, {DAYS}]}}"#
    );
    let bytes = b"\x0e\x06Ada\x00\x04en\x08\x02\x10\x06Bob\x00\x04en\x00";
    let resolution = resolve(BookLent::DEFINITION, &json);
    let event: BookLent = codec::decode(&resolution.rewrite(bytes).unwrap()).unwrap();
    assert_eq!((event.shelf, &event.reader), (4, &ada()));
}
