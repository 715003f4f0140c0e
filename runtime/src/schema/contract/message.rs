//! The wording of a broken contract: paths, types and files.

use super::text::ContractReader;
use crate::schema::{Schema, message::PanicMessage};

/// The change at a path.
#[derive(Clone, Copy)]
pub(super) enum Change<'a> {
    Removed,
    RenamedTo(&'a str),
    Retyped(ContractReader, &'a Schema),
    RecordRenamed(&'a str, &'a str),
    MadeOptional,
    MadeRequired,
    Moved,
    AddedInside,
    AddedBeforeTheEnd,
    AddedAtTheEnd { is_raised: bool, can_be_missing: bool },
}

/// The position of a walk: the names on the way there, the last one first.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    pub(super) name: &'a str,
    pub(super) parent: Option<&'a Path<'a>>,
}

impl PanicMessage {
    /// `` `enrollment.user.pii.email` was removed ``
    pub(super) const fn change(self, path: &Path<'_>, change: Change<'_>) -> Self {
        if let Change::RecordRenamed(from, to) = change {
            let message = self.fill("record `{}` in `", &[from]).path_of(path);
            return message.fill("` was renamed to `{}`", &[to]);
        }
        let message = self.text("`").path_of(path).text("` was ");
        match change {
            Change::Removed => message.text("removed"),
            Change::RenamedTo(to) => message.fill("renamed to `{}`", &[to]),
            Change::Retyped(from, to) => {
                message.text("retyped from `").published_type(from).text("` to `").schema(to).text("`")
            }
            Change::MadeOptional => message.text("made optional"),
            Change::MadeRequired => message.text("made required"),
            Change::Moved => message.text("moved"),
            Change::AddedInside => message.text("added inside a published record"),
            Change::AddedBeforeTheEnd => message.text("inserted before the end"),
            Change::AddedAtTheEnd { is_raised: false, .. } => {
                message.text("added without raising the minor version")
            }
            Change::AddedAtTheEnd { .. } => message.text("added without a default for events that lack it"),
            Change::RecordRenamed(..) => message,
        }
    }

    const fn path_of(self, path: &Path<'_>) -> Self {
        match path.parent {
            None => self.text(path.name),
            Some(parent) => {
                let separator = if path.name.as_bytes()[0] == b'[' { "" } else { "." };
                self.path_of(parent).text(separator).text(path.name)
            }
        }
    }

    /// `schemas/com+example+learning+seat+taken+v1_schema.1.avsc`
    pub(super) const fn file(self, event_type: &str, minor_version: u32) -> Self {
        let mut message = self.text("schemas/");
        let mut rest = event_type;
        loop {
            let mut end = 0;
            while end < rest.len() && rest.as_bytes()[end] != b'.' {
                end += 1;
            }
            let (segment, other) = rest.split_at(end);
            message = message.text(segment);
            if other.is_empty() {
                break;
            }
            message = message.text("+");
            rest = other.split_at(1).1;
        }
        message = message.text("_schema");
        if minor_version > 0 {
            message = message.text(".").number(minor_version);
        }
        message.text(".avsc")
    }

    /// `` of type `com.example.learning.seat.taken.v2`, whose struct ends in `V2` `` for an event type that ends in `.v1`.
    pub(super) const fn next_major_version(self, event_type: &str) -> Self {
        let bytes = event_type.as_bytes();
        let mut digits = bytes.len();
        while digits > 0 && bytes[digits - 1].is_ascii_digit() {
            digits -= 1;
        }
        let mut version = 0;
        let mut index = digits;
        // A longer number is not a major version.
        while index < bytes.len() && index < digits + 9 {
            version = version * 10 + (bytes[index] - b'0') as u32;
            index += 1;
        }
        if version == 0 {
            return self.text("of another type");
        }
        let message = self.text("of type `").text(event_type.split_at(digits).0).number(version + 1);
        message.text("`, whose struct ends in `V").number(version + 1).text("`")
    }

    pub(super) const fn number(self, number: u32) -> Self {
        let message = if number > 9 { self.number(number / 10) } else { self };
        let digit = (number % 10) as usize;
        let (digits, _) = "0123456789".split_at(digit + 1);
        message.text(digits.split_at(digit).1)
    }

    /// Appends the type at `reader`, such as `array of string`.
    const fn published_type(self, reader: ContractReader) -> Self {
        match reader.peek() {
            b'?' => self.text("optional ").published_type(reader.after(1)),
            b'[' => self.text("array of ").published_type(reader.after(1)),
            b'{' => self.text("map of ").published_type(reader.after(1)),
            b'@' => self.text("record ").text(reader.after(1).word()),
            b'!' => self.text(reader.other()),
            _ => {
                let word = reader.word();
                let is_record = reader.after(word.len()).peek() == b'(';
                self.text(if is_record { "record " } else { "" }).text(word)
            }
        }
    }

    /// Appends the type that `schema` describes, in the same words.
    const fn schema(self, schema: &Schema) -> Self {
        match schema {
            Schema::Boolean => self.text("boolean"),
            Schema::Long => self.text("long"),
            Schema::Double => self.text("double"),
            Schema::String | Schema::PersonalString => self.text("string"),
            Schema::Bytes => self.text("bytes"),
            Schema::Array(part) => self.text("array of ").schema(part),
            Schema::Map(part) => self.text("map of ").schema(part),
            Schema::Optional(some) => self.text("optional ").schema(some),
            Schema::Record(record) => self.text("record ").text(record.get().name),
            Schema::Unknown => self.text("a type without an Avro form"),
        }
    }
}
