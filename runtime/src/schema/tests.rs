//! Schemas as trees. Miri runs these tests too.

use super::Schema;
use crate::{avro_type::AvroType, macros::payload};

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
