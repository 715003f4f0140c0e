//! What the compiler can only judge when it knows the types: walks over the `const` schema trees.
//!
//! Each `assert_…` is called in a `const` item whose tokens have the span of what the user wrote, and
//! panics with the whole message. Comparing comes first; a message is only built on failure.

mod conventions;
mod key;

pub use conventions::{assert_command, assert_no_command};
pub use key::{assert_key, assert_key_is_pii};

use super::{Field, Location, Record, Schema};

/// Refuses a field whose type has an `Option` inside, or leads back to the record that the field is in.
#[track_caller]
pub const fn assert_field(record: &Record, index: usize) {
    let field = &record.fields[index];
    if let Some(refusal) = &field.refusal {
        Message::new()
            .text("field `")
            .text(field.name)
            .text("` cannot be of type `")
            .text(field.type_name)
            .text("`: `")
            .text(refusal.type_name)
            .text("` ")
            .text(refusal.what)
            .text("\nnote: ")
            .text(refusal.note)
            .text("\nhelp: ")
            .text(refusal.help)
            .panic();
    }
    // What is wrong with a type of no known form is said elsewhere.
    if !matches!(field.schema, Schema::Unknown) {
        assert_shared(record, index);
    }
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
    if is_first_of_cycle(record, index) && !leads_back_before(record, index) {
        Message::new()
            .text("payload `")
            .text(record.name)
            .text("` contains itself through its field `")
            .text(field.name)
            .text("`\nnote: Python's library has no recursive schemas, and a consumer could be sent any depth (ADR-5)\nhelp: refer to the other value by its key or id")
            .panic();
    }
}

/// Refuses a field whose type has to stay on one thread; one that has an Avro form, or is in an event without.
#[track_caller]
pub const fn assert_shared(record: &Record, index: usize) {
    let field = &record.fields[index];
    if field.is_shared || holds_unshared_field(&field.schema) {
        return;
    }
    Message::new()
        .text("field `")
        .text(field.name)
        .text("` of type `")
        .text(field.type_name)
        .text("` cannot go to another thread\nnote: receivers run on the thread that sends, and an event is sent from any\nhelp: hold plain values, without `Rc`, `Cell`, `RefCell` and raw pointers: the type has to be `Send` and `Sync`")
        .panic();
}

/// Whether the reason is a field further inside, which is reported there.
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

/// The records that a schema leads to, each once, in the order of a walk.
struct Reached {
    records: [Option<&'static Record>; Self::MOST],
    len: usize,
}

impl Reached {
    const MOST: usize = 128;

    pub(super) const fn new() -> Self {
        Self { records: [None; Self::MOST], len: 0 }
    }

    /// Adds the record that a schema names, if it names one that is new.
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
        assert!(self.len < Self::MOST, "a payload leads to more than 128 others\nhelp: make it smaller");
        self.records[self.len] = Some(record);
        self.len += 1;
    }

    /// Adds what the records lead to that were added; `beyond` are the records that come before it in the
    /// source, whose fields are left out.
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

/// Whether a field of `record` leads back to it, by way of records that come after it in the source: so each
/// cycle is reported once, at its first record.
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

/// Whether a field before this one leads back, and so has reported it.
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

/// Refuses an event in which the data key `index` brings a record whose Avro name another record has that an
/// earlier data key brought, or itself.
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
            clash_with_event(record);
        }
        let mut other = 0;
        while let Some(namesake) = reached.get(other)
            && other < new
        {
            if text_eq(namesake.name, record.name) {
                clash(record, namesake);
            }
            other += 1;
        }
        new += 1;
    }
}

/// What the record of an event itself is called, as in Python.
const EVENT_RECORD: &str = "CloudEvent";

#[track_caller]
const fn clash_with_event(record: &Record) -> ! {
    Message::new()
        .text("two different records inside this event are called `")
        .text(record.name)
        .text("`: its own, and `")
        .text(record.location.module_path)
        .text("::")
        .text(record.name)
        .text("`\nnote: a schema names a record once, so consumers would read one as the other (ADR-5)\nhelp: rename the struct")
        .panic()
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

/// Structs are told apart by where they are defined: constants cannot compare types or addresses.
const fn same_record(left: &Record, right: &Record) -> bool {
    left.location.line == right.location.line
        && left.location.column == right.location.column
        && text_eq(left.name, right.name)
        && text_eq(left.location.module_path, right.location.module_path)
        && text_eq(left.location.file, right.location.file)
}

pub(crate) const fn text_eq(left: &str, right: &str) -> bool {
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

/// A text put together in a constant; what does not fit is cut off.
pub(super) struct Message {
    bytes: [u8; 1024],
    len: usize,
}

impl Message {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; 1024], len: 0 }
    }

    pub(super) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[index];
            self.len += 1;
            index += 1;
        }
        self
    }

    /// `` `id`, `name` ``
    pub(super) const fn names(self, fields: &[Field]) -> Self {
        let mut message = self;
        let mut index = 0;
        while index < fields.len() {
            message = message.text(if index == 0 { "`" } else { ", `" }).text(fields[index].name).text("`");
            index += 1;
        }
        message
    }

    /// `enrollment.course.course_key`
    pub(super) const fn path(self, path: &[&str]) -> Self {
        let mut message = self.text(path[0]);
        let mut index = 1;
        while index < path.len() {
            message = message.text(".").text(path[index]);
            index += 1;
        }
        message
    }

    #[track_caller]
    pub(super) const fn panic(&self) -> ! {
        let (text, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(text) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("an event definition is refused, and the reason is too long to print"),
        }
    }
}
