//! Contracts: the published schemas of an event type, compared with what its definition says.
//!
//! Comparing is one walk over both sides. What is different is only looked for where that fails.

use super::{Field, Record, Schema, contract_text::Reader, message::text_eq};

/// The published schemas of an event type, as `#[event]` found them.
pub struct Contracts {
    /// The event type.
    pub event_type: &'static str,
    /// That of the definition.
    pub minor_version: u32,
    /// Such events may have data without an Avro form, which is reported nowhere else.
    pub local_only: bool,
    /// The event.
    pub record: &'static Record,
    /// The data keys with a default.
    pub defaulted: &'static [usize],
    /// Minor versions with their schemas in short form, the newest first.
    pub published: &'static [(u32, &'static str)],
}

impl Contracts {
    /// Whether the event is what was published, or an allowed successor of it.
    pub(super) const fn are_kept(&self) -> bool {
        let mut index = 0;
        while index < self.published.len() {
            let (minor_version, text) = self.published[index];
            if !self.keeps(minor_version, text) {
                return false;
            }
            index += 1;
        }
        true
    }

    const fn keeps(&self, minor_version: u32, text: &'static str) -> bool {
        let mut reader = Reader::new(text).after(1);
        let fields = self.record.fields;
        let mut index = 0;
        while index < fields.len() && reader.peek() != b')' {
            if !reader.accept_field(index, &fields[index]) {
                return false;
            }
            index += 1;
        }
        if reader.peek() != b')' {
            return false;
        }
        while index < fields.len() {
            if minor_version == self.minor_version || !self.can_be_missing(index) {
                return false;
            }
            index += 1;
        }
        true
    }

    /// Whether an event that was written without the data key `index` can be read.
    pub(super) const fn can_be_missing(&self, index: usize) -> bool {
        if matches!(self.record.fields[index].schema, Schema::Optional(_)) {
            return true;
        }
        let mut one = 0;
        while one < self.defaulted.len() {
            if self.defaulted[one] == index {
                return true;
            }
            one += 1;
        }
        false
    }

    /// Whether the compiler says of this schema, at the field's type, that there is no such field.
    pub(super) const fn is_reported(&self, schema: &Schema) -> bool {
        match schema {
            _ if self.local_only => false,
            Schema::Unknown => true,
            Schema::Optional(part) | Schema::Array(part) | Schema::Map(part) => {
                matches!(part, Schema::Optional(_)) || self.is_reported(part)
            }
            _ => false,
        }
    }
}

/// The field called `name`.
pub(super) const fn position(fields: &[Field], name: &str) -> Option<usize> {
    let mut index = 0;
    while index < fields.len() {
        if text_eq(fields[index].name, name) {
            return Some(index);
        }
        index += 1;
    }
    None
}
