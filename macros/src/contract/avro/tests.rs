use super::read;

const EVENT_TYPE: &str = "com.example.learning.seat.taken.v1";

/// A contract with these fields.
fn contract(fields: &str) -> String {
    format!(
        r#"{{"name": "CloudEvent", "type": "record", "namespace": "{EVENT_TYPE}", "fields": [{fields}]}}"#
    )
}

fn text(fields: &str) -> String {
    read(&contract(fields), EVENT_TYPE).unwrap().0
}

fn error(json: &str) -> String {
    read(json, EVENT_TYPE).unwrap_err()
}

#[test]
fn types_of_events_are_read() {
    let fields = r#"
        {"name": "seat", "type": {"name": "SeatData", "type": "record", "doc": "A seat.", "fields": [
            {"name": "number", "type": {"type": "long"}},
            {"name": "tags", "type": {"type": "array", "items": "string"}},
            {"name": "notes", "type": ["null", {"type": "map", "values": "bytes"}], "default": null}
        ]}},
        {"name": "other", "type": ["null", "SeatData"], "default": null},
        {"name": "third", "type": "com.example.learning.seat.taken.v1.SeatData"}"#;
    assert_eq!(
        text(fields),
        "(seat:SeatData(number:long tags:[string notes:?{bytes) other:?@SeatData third:@SeatData)"
    );
    let (_, keys) = read(&contract(fields), EVENT_TYPE).unwrap();
    assert_eq!(keys, ["seat", "other", "third"]);
    assert_eq!(text(""), "()");
}

#[test]
fn other_avro_types_are_described() {
    for (ty, expected) in [
        (r#""int""#, "!int!"),
        (r#""string", "default": """#, r"!string with the default !"),
        (r#"["null", "string"]"#, r#"!["null","string"] without a default!"#),
        (r#"["null", "string"], "default": "a!""#, r#"!["null","string"] with the default a.!"#),
        (r#"["string", "null"], "default": """#, r#"!["string","null"] with the default !"#),
        (r#"{"type": "string", "logicalType": "uuid"}"#, r#"!{"logicalType":"uuid","type":"string"}!"#),
        (r#"{"type": "array", "items": ["null", "long"]}"#, r#"[!["null","long"]!"#),
        (r#"{"type": "enum", "name": "Mode", "symbols": ["A"]}"#, "!enum Mode!"),
    ] {
        assert_eq!(text(&format!(r#"{{"name": "seat", "type": {ty}}}"#)), format!("(seat:{expected})"));
    }
}

#[test]
fn errors_name_the_position() {
    assert_eq!(error("{\n  \"name\": ]"), "it is not valid JSON: expected value at line 2 column 11");
    assert_eq!(error("[]"), "it is not a record");
    assert_eq!(error("{}"), "it is not a record (at `type`)");
    assert_eq!(error(r#"{"type": "record", "name": "Seat"}"#), "the name is not `CloudEvent` (at `name`)");
    assert_eq!(
        error(r#"{"type": "record", "name": "CloudEvent", "namespace": "com.example"}"#),
        "the namespace is not `com.example.learning.seat.taken.v1` (at `namespace`)"
    );
    for (fields, expected) in [
        (r#""seat""#, "expected a field (at `fields[0]`)"),
        (r#"{"type": "long"}"#, "expected an Avro name (at `fields[0].name`)"),
        (r#"{"name": "1st", "type": "long"}"#, "expected an Avro name (at `fields[0].name`)"),
        (r#"{"name": "seat"}"#, "expected a type (at `fields[0].type`)"),
        (r#"{"name": "seat", "type": 7}"#, "expected a type (at `fields[0].type`)"),
        (
            r#"{"name": "seat", "type": "long", "order": "ignore"}"#,
            "unknown attribute `order` (at `fields[0].order`)",
        ),
        (
            r#"{"name": "a", "type": "long"}, {"name": "a", "type": "long"}"#,
            "field `a` is defined twice (at `fields[1].name`)",
        ),
        (
            r#"{"name": "seat", "type": {"type": "array", "items": "strnig"}}"#,
            "`strnig` is neither a type nor the name of an earlier record (at `fields[0].type.items`)",
        ),
        (r#"{"name": "seat", "type": {"type": "array"}}"#, "expected items (at `fields[0].type.items`)"),
        (
            r#"{"name": "seat", "type": ["null", {"type": "record", "name": "A"}], "default": null}"#,
            "expected a list of fields (at `fields[0].type[1].fields`)",
        ),
        (
            r#"{"name": "seat", "type": {"type": "record", "name": "CloudEvent", "fields": []}}"#,
            "record `CloudEvent` is defined twice (at `fields[0].type.name`)",
        ),
    ] {
        assert_eq!(error(&contract(fields)), expected);
    }
}
