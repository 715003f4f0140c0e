//! What the compiler can only judge when it knows the types: walks over the `const` schema trees.
//!
//! Each `assert_…` is called in a `const` item whose tokens have the span of what the user wrote, and
//! panics with the whole message. Comparing comes first; a message is only built on failure.

use super::{Field, Location, Record, Schema};

/// Nothing that a person writes is nested deeper; what is has a cycle, which is reported where it closes.
const DEEPEST: usize = 16;

/// Refuses a field whose type has an `Option` inside, or leads back to the record that the field is in.
#[track_caller]
pub const fn assert_field(record: &Record, index: usize) {
    let field = &record.fields[index];
    let inside = match &field.schema {
        Schema::Optional(some) => some,
        schema => schema,
    };
    if has_optional_part(inside) {
        Message::new()
            .text("`Option` can only be the whole type of a field, but `")
            .text(field.name)
            .text("` has one inside\nnote: Python's library reads and writes null nowhere else (ADR-5)\nhelp: leave the empty values out, or make the parts a `#[payload]` struct with an `Option` field")
            .panic();
    }
    if is_first_of_cycle(inside, record, 0) {
        Message::new()
            .text("payload `")
            .text(record.name)
            .text("` contains itself through its field `")
            .text(field.name)
            .text("`\nnote: Python's library has no recursive schemas, and a consumer could be sent any depth (ADR-5)\nhelp: refer to the other value by its key or id")
            .panic();
    }
}

const fn has_optional_part(schema: &Schema) -> bool {
    match schema {
        Schema::Optional(_) => true,
        Schema::Array(part) | Schema::Map(part) => has_optional_part(part),
        _ => false,
    }
}

/// Whether a value of this schema can hold a `target`, by way of records that come after it in the source:
/// so each cycle is reported once, at its first record.
const fn is_first_of_cycle(schema: &Schema, target: &Record, depth: usize) -> bool {
    match schema {
        Schema::Array(part) | Schema::Map(part) | Schema::Optional(part) => {
            is_first_of_cycle(part, target, depth)
        }
        Schema::Record(record) => {
            let record = record.get();
            if same_record(record, target) {
                return true;
            }
            if is_before(&record.location, &target.location) {
                return false;
            }
            let mut index = 0;
            while index < record.fields.len() && depth < DEEPEST {
                if is_first_of_cycle(&record.fields[index].schema, target, depth + 1) {
                    return true;
                }
                index += 1;
            }
            false
        }
        _ => false,
    }
}

/// Records of one cycle are in one crate, but maybe in several files.
const fn is_before(left: &Location, right: &Location) -> bool {
    let (left_file, right_file) = (left.file.as_bytes(), right.file.as_bytes());
    let mut index = 0;
    while index < left_file.len() && index < right_file.len() {
        if left_file[index] != right_file[index] {
            return left_file[index] < right_file[index];
        }
        index += 1;
    }
    if left_file.len() != right_file.len() {
        return left_file.len() < right_file.len();
    }
    left.line < right.line || (left.line == right.line && left.column < right.column)
}

/// What a data key of an event has to be: a field, and no bringer of a second record of one name.
#[track_caller]
pub const fn assert_data_key(event: &Record, index: usize) {
    assert_field(event, index);
    assert_event_records(event, index);
}

/// Refuses an event in which the data key `index` brings a record whose Avro name another record has
/// that was met before it.
#[track_caller]
const fn assert_event_records(event: &Record, index: usize) {
    clash_with_earlier(event, index, &event.fields[index].schema, 0);
}

/// Compares every record inside `schema` with all that come before it in the event.
#[track_caller]
const fn clash_with_earlier(event: &Record, last: usize, schema: &Schema, depth: usize) {
    match schema {
        Schema::Array(part) | Schema::Map(part) | Schema::Optional(part) => {
            clash_with_earlier(event, last, part, depth);
        }
        Schema::Record(record) => {
            let record = record.get();
            let mut index = 0;
            while index <= last {
                if let Some(other) = namesake(&event.fields[index].schema, record, 0) {
                    clash(record, other);
                }
                index += 1;
            }
            let mut index = 0;
            while index < record.fields.len() && depth < DEEPEST {
                clash_with_earlier(event, last, &record.fields[index].schema, depth + 1);
                index += 1;
            }
        }
        _ => {}
    }
}

/// Another record of the same name inside `schema`.
const fn namesake(schema: &Schema, record: &Record, depth: usize) -> Option<&'static Record> {
    match schema {
        Schema::Array(part) | Schema::Map(part) | Schema::Optional(part) => namesake(part, record, depth),
        Schema::Record(other) => {
            let other = other.get();
            if text_eq(other.name, record.name) && !same_record(other, record) {
                return Some(other);
            }
            let mut index = 0;
            while index < other.fields.len() && depth < DEEPEST {
                if let Some(found) = namesake(&other.fields[index].schema, record, depth + 1) {
                    return Some(found);
                }
                index += 1;
            }
            None
        }
        _ => None,
    }
}

#[track_caller]
const fn clash(record: &Record, other: &Record) -> ! {
    Message::new()
        .text("two different records inside this event are called `")
        .text(record.name)
        .text("`: `")
        .text(other.location.module_path)
        .text("::")
        .text(other.name)
        .text("` and `")
        .text(record.location.module_path)
        .text("::")
        .text(record.name)
        .text("`\nnote: a schema names a record once, so consumers would read one as the other (ADR-5)\nhelp: rename one of the two structs")
        .panic()
}

/// Refuses a key path that ends in a type that makes no partition key.
///
/// Each path segment is a field name; the path itself was checked as a field access, so a segment that
/// is not found was reported there.
#[track_caller]
pub const fn assert_key(event: &Record, path: &[&str]) {
    let mut fields = event.fields;
    let mut index = 0;
    while index < path.len() {
        let Some(field) = find(fields, path[index]) else {
            return;
        };
        index += 1;
        let schema = match field.schema {
            Schema::Optional(some) => some,
            ref schema => schema,
        };
        let kind = match schema {
            Schema::Record(record) if index < path.len() => {
                fields = record.get().fields;
                continue;
            }
            Schema::Record(_) => "a record",
            Schema::Array(_) => "a list",
            Schema::Map(_) => "a map",
            Schema::Double => "a float",
            _ => return,
        };
        Message::new()
            .text("key `")
            .text(path[path.len() - 1])
            .text("` is ")
            .text(kind)
            .text(", which makes no partition key\nnote: events of one key stay in order, so the key is the identity of what changed (ADR-12)\nhelp: end the path in a string, an integer, a UUID or an opaque key")
            .panic();
    }
}

const fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    let mut index = 0;
    while index < fields.len() {
        if text_eq(fields[index].name, name) {
            return Some(&fields[index]);
        }
        index += 1;
    }
    None
}

/// Structs are told apart by where they are defined: constants cannot compare types or addresses.
const fn same_record(left: &Record, right: &Record) -> bool {
    left.location.line == right.location.line
        && left.location.column == right.location.column
        && text_eq(left.name, right.name)
        && text_eq(left.location.module_path, right.location.module_path)
        && text_eq(left.location.file, right.location.file)
}

const fn text_eq(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// A text put together in a constant; what does not fit is cut off at a character.
struct Message {
    bytes: [u8; 1024],
    len: usize,
}

impl Message {
    const fn new() -> Self {
        Self {
            bytes: [0; 1024],
            len: 0,
        }
    }

    const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[index];
            self.len += 1;
            index += 1;
        }
        self
    }

    #[track_caller]
    const fn panic(&self) -> ! {
        let (text, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(text) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("an event definition is refused, and the reason is too long to print"),
        }
    }
}
