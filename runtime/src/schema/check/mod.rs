//! Checks that need types: walks over the `const` schema trees.
//!
//! Expansions call each `assert_…` in a `const` item whose tokens have the span of the user's code. It panics with the
//! whole message, which it builds only on failure.

mod conventions;
mod key;
mod key_paths;

pub use conventions::{assert_command, assert_no_command};
pub use key::{assert_key, assert_key_is_pii};

use super::{
    Location, Record, Schema,
    message::{PanicMessage, refuse, text_eq},
};

/// Refuses a field whose type has an `Option` inside, or leads back to the record that the field is in.
#[track_caller]
pub const fn assert_field(record: &Record, index: usize) {
    let field = &record.fields[index];
    if let Some(refusal) = &field.refusal {
        refuse(
            "field `{}` cannot be of type `{}`: `{}` {}\nnote: {}\nhelp: {}",
            &[field.name, field.type_name, refusal.type_name, refusal.what, refusal.note, refusal.help],
        );
    }
    // Another assertion reports a type without an Avro form.
    if !matches!(field.schema, Schema::Unknown) {
        assert_shared(record, index);
    }
    let inside = match &field.schema {
        Schema::Optional(some) => some,
        schema => schema,
    };
    if has_optional_part(inside) {
        refuse(
            "`Option` can only be the outermost type of a field, but `{}` has one inside\nnote: Python's library reads and writes null only there (ADR-5)\nhelp: leave empty values out, or use a `#[payload]` struct with an `Option` field as the inner type",
            &[field.name],
        );
    }
    if is_first_of_cycle(record, index) && !leads_back_before(record, index) {
        refuse(
            "payload `{}` contains itself through its field `{}`\nnote: Python's library does not support recursive schemas, and nothing would limit the depth of a message (ADR-5)\nhelp: refer to the other value by its key or id",
            &[record.name, field.name],
        );
    }
}

/// Refuses a field whose type is not `Send` and `Sync`.
#[track_caller]
pub const fn assert_shared(record: &Record, index: usize) {
    let field = &record.fields[index];
    if field.is_shared || holds_unshared_field(&field.schema) {
        return;
    }
    refuse(
        "field `{}` of type `{}` cannot be sent to another thread\nnote: receivers run on the thread that sends the event, which can be any thread\nhelp: use a type that is `Send` and `Sync`: plain values, without `Rc`, `Cell`, `RefCell` or raw pointers",
        &[field.name, field.type_name],
    );
}

/// Returns whether the cause is a nested field, which has its own message.
const fn holds_unshared_field(schema: &Schema) -> bool {
    let mut reached = Reached::new();
    reached.add(schema);
    reached.close(None);
    let mut index = 0;
    while let Some(record) = reached.get(index) {
        let mut field = 0;
        while field < record.fields.len() {
            let leads_on = matches!(
                record.fields[field].schema,
                Schema::Record(_) | Schema::Array(_) | Schema::Map(_) | Schema::Optional(_)
            );
            if !record.fields[field].is_shared && !leads_on {
                return true;
            }
            field += 1;
        }
        index += 1;
    }
    false
}

const fn has_optional_part(schema: &Schema) -> bool {
    match schema {
        Schema::Optional(_) => true,
        Schema::Array(part) | Schema::Map(part) => has_optional_part(part),
        _ => false,
    }
}

/// The records that a schema refers to, directly or not, each once, in the order of the walk.
struct Reached {
    records: [Option<&'static Record>; Self::MOST],
    len: usize,
}

impl Reached {
    const MOST: usize = 128;

    pub(super) const fn new() -> Self {
        Self { records: [None; Self::MOST], len: 0 }
    }

    /// Adds the record that a schema names, if it is new.
    #[track_caller]
    const fn add(&mut self, schema: &Schema) {
        let mut schema = schema;
        let record = loop {
            schema = match schema {
                Schema::Array(part) | Schema::Map(part) | Schema::Optional(part) => part,
                Schema::Record(record) => break record.get(),
                _ => return,
            };
        };
        let mut index = 0;
        while let Some(other) = self.get(index) {
            if same_record(record, other) {
                return;
            }
            index += 1;
        }
        assert!(self.len < Self::MOST, "a payload refers to more than 128 others\nhelp: make it smaller");
        self.records[self.len] = Some(record);
        self.len += 1;
    }

    /// Adds all records that the added ones refer to. It does not follow the fields of records that come before
    /// `beyond` in the source.
    #[track_caller]
    const fn close(&mut self, beyond: Option<&Record>) {
        let mut index = 0;
        while let Some(record) = self.get(index) {
            let is_left_out = match beyond {
                Some(first) => is_before(&record.location, &first.location),
                None => false,
            };
            let mut field = 0;
            while field < record.fields.len() && !is_left_out {
                self.add(&record.fields[field].schema);
                field += 1;
            }
            index += 1;
        }
    }

    const fn get(&self, index: usize) -> Option<&'static Record> {
        if index < self.len { self.records[index] } else { None }
    }
}

/// Returns whether a field of `record` leads back to it through records that come later in the source. So each cycle is
/// reported once, at its first record.
#[track_caller]
const fn is_first_of_cycle(record: &Record, field: usize) -> bool {
    let mut reached = Reached::new();
    reached.add(&record.fields[field].schema);
    reached.close(Some(record));
    let mut index = 0;
    while let Some(other) = reached.get(index) {
        if same_record(record, other) {
            return true;
        }
        index += 1;
    }
    false
}

/// Returns whether an earlier field leads back too, and so already has the message.
#[track_caller]
const fn leads_back_before(record: &Record, field: usize) -> bool {
    let mut before = 0;
    while before < field {
        if is_first_of_cycle(record, before) {
            return true;
        }
        before += 1;
    }
    false
}

/// Orders records by place. The records of a cycle are in one crate, but may be in several files.
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

/// Refuses a data key that is not a valid field, or that brings a second record of one name into the event.
#[track_caller]
pub const fn assert_data_key(event: &Record, index: usize) {
    assert_field(event, index);
    assert_event_records(event, index);
}

/// Refuses an event whose data key `index` brings a record with the Avro name of another record: one from an earlier
/// data key, or one from the same data key.
#[track_caller]
const fn assert_event_records(event: &Record, index: usize) {
    let mut reached = Reached::new();
    let mut earlier = 0;
    while earlier < index {
        reached.add(&event.fields[earlier].schema);
        earlier += 1;
    }
    reached.close(None);
    let mut new = reached.len;
    reached.add(&event.fields[index].schema);
    reached.close(None);
    while let Some(record) = reached.get(new) {
        if text_eq(record.name, EVENT_RECORD) {
            clash(record, None);
        }
        let mut other = 0;
        while let Some(namesake) = reached.get(other)
            && other < new
        {
            if text_eq(namesake.name, record.name) {
                clash(record, Some(namesake));
            }
            other += 1;
        }
        new += 1;
    }
}

/// The name of an event's own record, as in Python.
const EVENT_RECORD: &str = "CloudEvent";

/// Reports that `record` has the name of `other`, or of the event's own record.
#[track_caller]
const fn clash(record: &Record, other: Option<&Record>) -> ! {
    let message =
        PanicMessage::new().fill("two different records inside this event are named `{}`: ", &[record.name]);
    let (message, which) = match other {
        Some(other) => {
            (message.fill("`{}::{}`", &[other.location.module_path, other.name]), "one of the two structs")
        }
        None => (message.text("its own,"), "the struct"),
    };
    message
        .fill(
            " and `{}::{}`\nnote: a schema defines each record name once, so consumers would mistake one record for the other (ADR-5)\nhelp: rename {}",
            &[record.location.module_path, record.name, which],
        )
        .panic()
}

/// Compares structs by their place in the source: constants cannot compare types or addresses.
const fn same_record(left: &Record, right: &Record) -> bool {
    left.location.line == right.location.line
        && left.location.column == right.location.column
        && text_eq(left.name, right.name)
        && text_eq(left.location.module_path, right.location.module_path)
        && text_eq(left.location.file, right.location.file)
}
