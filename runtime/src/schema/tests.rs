//! Schemas as trees and as strings. Miri runs these tests too.

use std::collections::BTreeMap;

use super::{Schema, event_schema_string};
use crate::{avro_type::AvroType, macros::payload, payload::record::Fields};

/// A payload.
#[payload]
struct Leaf {
    /// A number.
    id: i64,
    /// Perhaps a note.
    note: Option<String>,
}

/// A payload with payloads.
#[payload]
struct Branch {
    /// Leaves in order.
    leaves: Vec<Leaf>,
    /// Leaves by name.
    by_name: BTreeMap<String, Leaf>,
    /// The nearest leaf.
    nearest: Option<Leaf>,
}

#[test]
fn the_schema_string_equals_pythons() {
    let text = event_schema_string("com.example.tree.branch.grown.v1", BranchFields::RECORD.fields);
    assert_eq!(
        text,
        concat!(
            r#"{"doc": "Avro Event Format for CloudEvents created with openedx_events/schema", "fields": ["#,
            r#"{"name": "leaves", "type": {"items": {"fields": [{"name": "id", "type": "long"}, "#,
            r#"{"default": null, "name": "note", "type": ["null", "string"]}], "name": "Leaf", "type": "record"}, "#,
            r#""type": "array"}}, {"name": "by_name", "type": {"type": "map", "values": "Leaf"}}, "#,
            r#"{"default": null, "name": "nearest", "type": ["null", "Leaf"]}], "#,
            r#""name": "CloudEvent", "namespace": "com.example.tree.branch.grown.v1", "type": "record"}"#,
        )
    );
}

#[test]
fn records_are_reached_through_references() {
    let Schema::Record(branch) = Branch::SCHEMA else { panic!("a payload is a record") };
    assert_eq!(branch.get().name, "Branch");
    assert_eq!(branch.get().location.file, file!());
    let Schema::Array(Schema::Record(leaf)) = &branch.get().fields[0].schema else {
        panic!("leaves are a list")
    };
    assert_eq!(leaf.get().fields.iter().map(|field| field.name).collect::<Vec<_>>(), ["id", "note"]);
}
