//! Contracts in the short form that `#[event]` hands to the compiler, which walks it in constants.
//!
//! ```text
//! record    Name(field:type field:type)      the event itself has no name before the `(`
//! type      boolean long double string bytes
//!           ?type                            optional: `["null", type]`, with the default null
//!           [type  {type                     array, map
//!           Name(…)  @Name                   a record at its first mention, and at later ones
//!           !text!                           a type that no field of an event can have, as a message names it
//! ```

use crate::schema::{Field, Schema, message::text_eq};

/// A position in a contract.
///
/// Loops over bytes are written out, because in constants a call costs as much as one whole iteration.
#[derive(Clone, Copy)]
pub(super) struct ContractReader {
    text: &'static str,
    bytes: &'static [u8],
    at: usize,
}

impl ContractReader {
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    /// Returns the next byte. There always is one, since records are read up to their `)` and no further.
    pub(super) const fn peek(&self) -> u8 {
        if self.at < self.bytes.len() { self.bytes[self.at] } else { b')' }
    }

    pub(super) const fn after(mut self, bytes: usize) -> Self {
        self.at += bytes;
        self
    }

    /// Reads `expected` if it comes next, and returns whether it does.
    pub(super) const fn accept(&mut self, expected: &str) -> bool {
        let (text, expected) = (self.bytes, expected.as_bytes());
        let at = self.at;
        if text.len() < at + expected.len() {
            return false;
        }
        let mut index = 0;
        while index < expected.len() {
            if text[at + index] != expected[index] {
                return false;
            }
            index += 1;
        }
        self.at = at + expected.len();
        true
    }

    const fn accept_word(&mut self, expected: &str) -> bool {
        self.accept(expected) && matches!(self.peek(), b' ' | b')')
    }

    /// Reads the next type if it is `schema`, and returns whether it is.
    pub(super) const fn accept_type(&mut self, schema: &Schema) -> bool {
        match schema {
            Schema::Boolean => self.accept_word("boolean"),
            Schema::Long => self.accept_word("long"),
            Schema::Double => self.accept_word("double"),
            Schema::String | Schema::PersonalString => self.accept_word("string"),
            Schema::Bytes => self.accept_word("bytes"),
            Schema::Array(part) => self.accept("[") && self.accept_type(part),
            Schema::Map(part) => self.accept("{") && self.accept_type(part),
            Schema::Optional(some) => self.accept("?") && self.accept_type(some),
            Schema::Record(record) => {
                let record = record.get();
                if self.accept("@") {
                    // An event has one record of each name, which was compared at its first mention.
                    self.accept_word(record.name)
                } else {
                    self.accept(record.name) && self.accept_record(record.fields)
                }
            }
            Schema::Unknown => false,
        }
    }

    const fn accept_record(&mut self, fields: &[Field]) -> bool {
        if !self.accept("(") {
            return false;
        }
        let mut index = 0;
        while index < fields.len() {
            if !self.accept_field(index, &fields[index]) {
                return false;
            }
            index += 1;
        }
        self.accept(")")
    }

    /// Reads the next field, number `index`, if it is `field`, and returns whether it is.
    pub(super) const fn accept_field(&mut self, index: usize, field: &Field) -> bool {
        (index == 0 || self.accept(" "))
            && self.accept(field.name)
            && self.accept(":")
            && self.accept_type(&field.schema)
    }

    /// Returns the next word: a name, or a primitive type.
    pub(super) const fn word(&self) -> &'static str {
        let bytes = self.bytes;
        let mut end = self.at;
        while end < bytes.len() && !matches!(bytes[end], b' ' | b')' | b'(' | b':') {
            end += 1;
        }
        self.text.split_at(end).0.split_at(self.at).1
    }

    /// Returns the text between the next `!` and the one after it.
    pub(super) const fn other(&self) -> &'static str {
        let start = self.at + 1;
        let mut end = start;
        while end < self.bytes.len() && self.bytes[end] != b'!' {
            end += 1;
        }
        self.text.split_at(end).0.split_at(start).1
    }

    /// Returns the position after the next type.
    const fn skip_type(mut self) -> Self {
        let bytes = self.bytes;
        let mut depth = 0;
        let mut is_other = false;
        let mut at = self.at;
        while at < bytes.len() {
            match bytes[at] {
                b'!' => is_other = !is_other,
                _ if is_other => {}
                b'(' => depth += 1,
                b')' | b' ' if depth == 0 => break,
                b')' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        self.at = at;
        self
    }

    /// Returns the fields of the record whose `(` comes next.
    #[track_caller]
    pub(super) const fn fields(self) -> PublishedFields {
        let mut fields = PublishedFields { list: [None; PublishedFields::MOST], len: 0 };
        let mut next = self.after(1);
        while next.peek() != b')' {
            assert!(fields.len < PublishedFields::MOST, "a record in a contract has more than 128 fields");
            let name = next.word();
            let ty = next.after(name.len() + 1);
            fields.list[fields.len] = Some(Published { name, ty });
            fields.len += 1;
            next = ty.skip_type();
            if next.peek() == b' ' {
                next = next.after(1);
            }
        }
        fields
    }
}

/// The fields of a record in a contract, in order.
pub(super) struct PublishedFields {
    list: [Option<Published>; Self::MOST],
    len: usize,
}

/// A field in a contract.
#[derive(Clone, Copy)]
pub(super) struct Published {
    pub(super) name: &'static str,
    /// The position of its type.
    pub(super) ty: ContractReader,
}

impl PublishedFields {
    const MOST: usize = 128;

    pub(super) const fn get(&self, index: usize) -> Option<Published> {
        if index < self.len { self.list[index] } else { None }
    }

    pub(super) const fn has(&self, name: &str) -> bool {
        let mut index = 0;
        while let Some(field) = self.get(index) {
            if text_eq(field.name, name) {
                return true;
            }
            index += 1;
        }
        false
    }
}
