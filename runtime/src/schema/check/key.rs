//! Partition keys: paths into the data of an event.

use crate::schema::{Field, Record, Schema, field::position, message::PanicMessage};

/// Refuses segment `index` of a key path if the event's data has no such field, if the field is personal data and
/// `may_be_pii` is not set, or if the path ends in a type that cannot be a partition key.
#[track_caller]
pub const fn assert_key(event: &Record, path: &[&str], index: usize, may_be_pii: bool) {
    let Some(field) = walk(event, path, index) else {
        return no_such_key(event, path, index);
    };
    if field.pii && !may_be_pii {
        key(path)
            .fill(
                " is personal data: `{}` is marked `pii`\nnote: brokers, their logs and tools show keys in plain text, and keep them after the person's data is erased (ADR-8)\nhelp: ",
                &[field.name],
            )
            .key_paths(event.fields, path)
            .text(", or waive the rule with `allow(key_is_pii, reason = \"…\")`")
            .panic();
    }
    if index + 1 < path.len() {
        return;
    }
    let schema = match &field.schema {
        Schema::Optional(some) => some,
        schema => schema,
    };
    let kind = match schema {
        Schema::Record(_) => "a record",
        Schema::Array(_) => "a list",
        Schema::Map(_) => "a map",
        Schema::Double => "a float",
        Schema::Boolean => "a boolean",
        _ => return,
    };
    key(path)
        .fill(
            " is {}, which cannot be a partition key\nnote: events with the same key stay in order, so the key must identify what changed (ADR-12)\nhelp: ",
            &[kind],
        )
        .key_paths(event.fields, path)
        .panic();
}

/// Begins a message about a key.
const fn key(path: &[&str]) -> PanicMessage {
    PanicMessage::new().text("key `").path(path).text("`")
}

/// Reports a missing segment `index`, unless the segment before it is missing too and has the message.
#[track_caller]
const fn no_such_key(event: &Record, path: &[&str], index: usize) {
    const NOTE: &str =
        "\nnote: producers find the key by its path in the data that they send (ADR-14)\nhelp: ";
    let message = key(path).text(" is not in the event's data: ");
    if index == 0 {
        message
            .fill("the event has no data key `{}`{}", &[path[0], NOTE])
            .key_paths(event.fields, path)
            .text("; the event has the data keys ")
            .names(event.fields)
            .panic();
    }
    let Some(parent) = walk(event, path, index - 1) else { return };
    match &parent.schema {
        // Reported at its type.
        Schema::Unknown => {}
        Schema::Record(record) => message
            .fill("`{}` has no field `{}`{}", &[parent.type_name, path[index], NOTE])
            .key_paths(event.fields, path)
            .fill("; `{}` has the fields ", &[parent.type_name])
            .names(record.get().fields)
            .panic(),
        Schema::Optional(Schema::Record(_)) => key(path)
            .fill(
                " leads through an `Option`: the event has no key when `{}` is `None`{}",
                &[parent.name, NOTE],
            )
            .key_paths(event.fields, path)
            .panic(),
        Schema::Array(_) | Schema::Map(_) | Schema::Optional(Schema::Array(_) | Schema::Map(_)) => message
            .fill(
                "`{}` is a `{}`, which has many values, but a key is a single value{}",
                &[parent.name, parent.type_name, NOTE],
            )
            .key_paths(event.fields, path)
            .panic(),
        _ => message
            .fill("`{}` is a `{}`, which has no fields on the wire{}", &[parent.name, parent.type_name, NOTE])
            .key_paths(event.fields, path)
            .panic(),
    }
}

/// Refuses a waiver of `key_is_pii` for a key that is not personal data.
#[track_caller]
pub const fn assert_key_is_pii(event: &Record, path: &[&str]) {
    let mut index = 0;
    while index < path.len() {
        match walk(event, path, index) {
            Some(field) if !field.pii => index += 1,
            // Another assertion reports a missing field.
            _ => return,
        }
    }
    PanicMessage::new()
        .text("`allow(key_is_pii)` is not needed here: nothing in key `")
        .path(path)
        .text("` is marked `pii`\nhelp: remove it")
        .panic();
}

/// Returns the field at segment `index` of `path`.
const fn walk(event: &Record, path: &[&str], index: usize) -> Option<&'static Field> {
    let mut fields = event.fields;
    let mut at = 0;
    while let Some(found) = position(fields, path[at]) {
        let field = &fields[found];
        if at == index {
            return Some(field);
        }
        let Schema::Record(record) = &field.schema else { break };
        fields = record.get().fields;
        at += 1;
    }
    None
}
