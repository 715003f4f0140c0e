//! Conventions that depend on the type of a field.

use crate::schema::{Record, Schema, message::refuse};

/// Refuses a field that is named like a command and is a `bool` or an alias of it.
#[track_caller]
pub const fn assert_no_command(record: &Record, index: usize) {
    let field = &record.fields[index];
    if is_bool(&field.schema) {
        refuse(
            "field `{}` tells receivers what to do\nnote: an event says what happened, and leaves it to its receivers to decide what to do (ADR-16)\nhelp: remove the field, or replace it with the fact behind the decision, or waive the rule with `allow(field_flow_control, reason = \"…\")`",
            &[field.name],
        );
    }
}

/// Refuses a waiver of `field_flow_control` on a field that is not a `bool`.
#[track_caller]
pub const fn assert_command(record: &Record, index: usize) {
    let field = &record.fields[index];
    if !is_bool(&field.schema) && !matches!(field.schema, Schema::Unknown) {
        refuse(
            "`allow(field_flow_control)` is not needed here: `{}` is not a `bool`\nhelp: remove it",
            &[field.name],
        );
    }
}

const fn is_bool(schema: &Schema) -> bool {
    matches!(schema, Schema::Boolean | Schema::Optional(Schema::Boolean))
}
