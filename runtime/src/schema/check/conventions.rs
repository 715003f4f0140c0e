//! Conventions about fields whose type only the compiler knows.

use crate::schema::{Record, Schema, message::Message};

/// Refuses a field with the name of a command whose type is `bool` under another name.
#[track_caller]
pub const fn assert_no_command(record: &Record, index: usize) {
    let field = &record.fields[index];
    if is_bool(&field.schema) {
        Message::new()
            .text("field `")
            .text(field.name)
            .text("` tells receivers what to do\nnote: an event says what happened, and leaves what to do about it to its receivers (ADR-16)\nhelp: leave it out, or replace it by the fact that the decision depends on, or waive it with `allow(field_flow_control, reason = \"…\")`")
            .panic();
    }
}

/// Refuses a waiver of `field_flow_control` for another field.
#[track_caller]
pub const fn assert_command(record: &Record, index: usize) {
    let field = &record.fields[index];
    if !is_bool(&field.schema) && !matches!(field.schema, Schema::Unknown) {
        Message::new()
            .text("`allow(field_flow_control)` is not needed here: `")
            .text(field.name)
            .text("` is no `bool`\nhelp: remove it")
            .panic();
    }
}

const fn is_bool(schema: &Schema) -> bool {
    matches!(schema, Schema::Boolean | Schema::Optional(Schema::Boolean))
}
