//! Schemas that are not valid, that an event cannot be read with, and bytes that do not have their schema.

use openedx_events::{Event, codec::WriterSchema, registry};

use super::{BookLent, cloud_event, resolve};

#[test]
fn a_schema_that_is_not_valid_is_refused_with_its_position() {
    let nested = "[".repeat(10_000);
    for (json, message) in [
        ("{", "the schema is not valid JSON: EOF while parsing an object at line 1 column 1"),
        (nested.as_str(), "the schema is not valid JSON: recursion limit exceeded at line 1 column 128"),
        ("7", "expected a type"),
        (&cloud_event(r#"{"name": "a", "type": []}"#), "`fields[0].type`: a union needs a branch"),
        (r#"{"name": "CloudEvent"}"#, "expected a `type`"),
        (r#"{"type": "record", "fields": []}"#, "`name`: expected a name"),
        (r#"{"type": "record", "name": "CloudEvent"}"#, "`fields`: expected a list of fields"),
        (&cloud_event("7"), "`fields[0].name`: expected the name of a field"),
        (&cloud_event(r#"{"name": "a"}"#), "`fields[0].type`: expected a type"),
        (
            &cloud_event(r#"{"name": "a", "type": "long"}, {"name": "a", "type": "long"}"#),
            "`fields[1].name`: field `a` is defined twice",
        ),
        (
            &cloud_event(r#"{"name": "a", "type": {"type": "array", "items": "Text"}}"#),
            "`fields[0].type.items`: no type `Text` is defined before this place",
        ),
        (&cloud_event(r#"{"name": "a", "type": {"type": "map"}}"#), "`fields[0].type`: expected `values`"),
        (
            &cloud_event(r#"{"name": "a", "type": ["null", ["null", "long"]]}"#),
            "`fields[0].type[1]`: a union cannot be a branch of a union",
        ),
        (
            &cloud_event(r#"{"name": "a", "type": {"type": "fixed", "name": "F", "size": -1}}"#),
            "`fields[0].type.size`: expected a number of bytes",
        ),
    ] {
        assert_eq!(WriterSchema::parse(json).unwrap_err().to_string(), message, "{json}");
    }
}

#[test]
fn a_schema_that_cannot_be_read_as_the_event_names_the_field() {
    let reader = |name: &str, fields: &str| {
        format!(
            r#"{{"name": "reader", "type": {{"type": "record", "name": "{name}", "fields": [{fields}]}}}},
            {{"name": "days", "type": {{"type": "array", "items": "double"}}}}"#
        )
    };
    let (id, name) = (r#"{"name": "id", "type": "long"}"#, r#"{"name": "name", "type": "string"}"#);
    for (fields, message) in [
        (String::new(), "`reader`: the writer does not have it, and it has no default"),
        (reader("ReaderData", id), "`reader.name`: the writer does not have it, and it has no default"),
        (reader("UserData", id), "`reader`: expected record `ReaderData`, but the writer has `UserData`"),
        (
            reader("ReaderData", &[r#"{"name": "id", "type": "string"}"#, name].join(",")),
            "`reader.id`: expected long, but the writer has string",
        ),
        (
            reader("ReaderData", &[r#"{"name": "id", "type": "double"}"#, name].join(",")),
            "`reader.id`: expected long, but the writer has double",
        ),
        (
            reader("ReaderData", &[r#"{"name": "id", "type": ["null", "string"]}"#, name].join(",")),
            "`reader.id`: expected long, but the writer has null",
        ),
        (
            // The record in the union does not fit, which is an error only for messages that have it.
            r#"{"name": "reader", "type": [{"type": "record", "name": "ReaderData", "namespace": "old", "fields": []},
                {"type": "record", "name": "ReaderData", "namespace": "new", "fields": [
                    {"name": "id", "type": "long"}, {"name": "name", "type": "string"}]}]},
                {"name": "days", "type": "long"}"#
                .to_owned(),
            "`days`: expected array of double, but the writer has long",
        ),
        (
            r#"{"name": "reader", "type": ["null", "string"]}, {"name": "days", "type": "long"}"#.to_owned(),
            "`reader`: expected record `ReaderData`, but the writer has null",
        ),
        (
            format!(
                r#"{{"name": "days", "type": {{"type": "map", "values": "double"}}}},{}"#,
                reader("ReaderData", &[id, name].join(",")).split_once('\n').unwrap().0.trim_end_matches(',')
            ),
            "`days`: expected array of double, but the writer has map of double",
        ),
    ] {
        let schema = WriterSchema::parse(&cloud_event(&fields)).unwrap();
        let error = schema.resolve(BookLent::DEFINITION).unwrap_err();
        assert_eq!(error.to_string(), message, "{fields}");
    }
    let schema = WriterSchema::parse(r#""string""#).unwrap();
    let error = schema.resolve(BookLent::DEFINITION).unwrap_err();
    assert_eq!(error.to_string(), "the schema is not a record `CloudEvent`, but string");
}

#[test]
fn a_local_only_event_has_no_schema_to_read_with() {
    let local = registry::get("org.openedx.content_authoring.course.certificate_config.changed.v1").unwrap();
    let error = WriterSchema::parse(&cloud_event("")).unwrap().resolve(local).unwrap_err();
    assert!(error.to_string().contains("stays in its process"), "{error}");
}

/// A message that claims more items than it has bytes, or that nests without end, must cost neither time nor memory.
#[test]
fn hostile_bytes_are_refused() {
    let tree = r#"{"name": "tree", "type": {"type": "record", "name": "Tree", "fields": [{"name": "left", "type": ["null", "Tree"]}]}}"#;
    let rest = r#"{"name": "reader", "type": {"type": "record", "name": "ReaderData", "fields": [
        {"name": "id", "type": "long"}, {"name": "name", "type": "string"}]}},
        {"name": "days", "type": {"type": "array", "items": "int"}}"#;
    let resolution = resolve(BookLent::DEFINITION, &cloud_event(&[tree, rest].join(",")));
    let deep = vec![2; 1_000_000];
    assert!(resolution.rewrite(&deep).unwrap_err().to_string().contains("nested too deeply"));
    let huge = b"\x00\x0e\x06Ada\xfe\xff\xff\xff\xff\xff\xff\xff\x7f\x02".as_slice();
    let error = resolution.rewrite(huge).unwrap_err();
    assert_eq!(error.to_string(), "`days[1]` at byte 16: expected a long, but the input ends");

    let items = r#"{"name": "days", "type": {"type": "array", "items": {"type": "record", "name": "E", "fields": []}}}"#;
    let schema =
        WriterSchema::parse(&cloud_event(&[rest.split_once("}},").unwrap().0, "}}", ",", items].concat()));
    let error = schema.unwrap().resolve(BookLent::DEFINITION).unwrap_err();
    assert_eq!(error.to_string(), "`days`: the writer's items take no bytes");
}
