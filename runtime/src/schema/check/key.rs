//! Partition keys: paths into the data of an event.

use crate::schema::{
    Field, Record, Schema,
    message::{Message, text_eq},
};

/// Refuses the segment `index` of a key path where nothing of that name is in the event's data, where it is
/// personal data and `may_be_pii` is not set, or where the path ends in a type that makes no partition key.
#[track_caller]
pub const fn assert_key(event: &Record, path: &[&str], index: usize, may_be_pii: bool) {
    let Some(field) = walk(event, path, index) else {
        return no_such_key(event, path, index);
    };
    if field.pii && !may_be_pii {
        Message::new()
            .text("key `")
            .path(path)
            .text("` is personal data: `")
            .text(field.name)
            .text("` is marked `pii`\nnote: brokers, their logs and tools show keys in clear, and keep them when the person's data is erased (ADR-8)\nhelp: end the path in what is no personal data, such as an id or an opaque key, or waive it with `allow(key_is_pii, reason = \"…\")`")
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
    Message::new()
        .text("key `")
        .path(path)
        .text("` is ")
        .text(kind)
        .text(", which makes no partition key\nnote: events of one key stay in order, so the key is the identity of what changed (ADR-12)\nhelp: end the path in a string, an integer, a UUID, an opaque key, a date or bytes")
        .panic();
}

/// Says why there is no segment `index`; where there is none before it, that was said of that one.
#[track_caller]
const fn no_such_key(event: &Record, path: &[&str], index: usize) {
    const NOTE: &str =
        "\nnote: producers find the key by its path in the data that they send (ADR-14)\nhelp: ";
    let message = Message::new().text("key `").path(path).text("` is not in the event's data: ");
    if index == 0 {
        message
            .text("there is no data key `")
            .text(path[0])
            .text("`")
            .text(NOTE)
            .text("the event has the data keys ")
            .names(event.fields)
            .panic();
    }
    let Some(parent) = walk(event, path, index - 1) else { return };
    match &parent.schema {
        // Reported at its type.
        Schema::Unknown => {}
        Schema::Record(record) => message
            .text("`")
            .text(parent.type_name)
            .text("` has no field `")
            .text(path[index])
            .text("`")
            .text(NOTE)
            .text("it has the fields ")
            .names(record.get().fields)
            .panic(),
        Schema::Optional(Schema::Record(_)) => Message::new()
            .text("key `")
            .path(path)
            .text("` leads through an `Option`: there is none where `")
            .text(parent.name)
            .text("` is `None`")
            .text(NOTE)
            .text("take the key from a field that is always there")
            .panic(),
        Schema::Array(_) | Schema::Map(_) => message
            .text("`")
            .text(parent.name)
            .text("` is a `")
            .text(parent.type_name)
            .text("`, and which of its values would be the key?")
            .text(NOTE)
            .text("take the key from a field beside it, that the event has once")
            .panic(),
        _ => message
            .text("`")
            .text(parent.name)
            .text("` is a `")
            .text(parent.type_name)
            .text("`, which has no fields on the wire")
            .text(NOTE)
            .text("end the path at `")
            .text(parent.name)
            .text("`")
            .panic(),
    }
}

/// Refuses a waiver of `key_is_pii` for a key that is no personal data.
#[track_caller]
pub const fn assert_key_is_pii(event: &Record, path: &[&str]) {
    let mut index = 0;
    while index < path.len() {
        match walk(event, path, index) {
            Some(field) if !field.pii => index += 1,
            // What is not there is reported elsewhere.
            _ => return,
        }
    }
    Message::new()
        .text("`allow(key_is_pii)` is not needed here: nothing in key `")
        .path(path)
        .text("` is marked `pii`\nhelp: remove it")
        .panic();
}

/// The segment `index` of `path`.
const fn walk(event: &Record, path: &[&str], index: usize) -> Option<&'static Field> {
    let mut fields = event.fields;
    let mut at = 0;
    while let Some(field) = find(fields, path[at]) {
        if at == index {
            return Some(field);
        }
        let Schema::Record(record) = &field.schema else { break };
        fields = record.get().fields;
        at += 1;
    }
    None
}

const fn find(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    let mut index = 0;
    while index < fields.len() {
        if text_eq(fields[index].name, name) {
            return Some(&fields[index]);
        }
        index += 1;
    }
    None
}
