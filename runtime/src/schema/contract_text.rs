//! Contracts in the short form in which `#[event]` hands them to the compiler, which walks it in constants.
//!
//! ```text
//! record    Name(field:type field:type)      the event itself has no name before its `(`
//! type      boolean long double string bytes
//!           ?type                            optional: `["null", type]`, the default being null
//!           [type  {type                     array, map
//!           Name(…)  @Name                   a record where it is defined, and after that
//!           !text!                           what no field of an event can have, in the words of a message
//! ```

use super::{
    Field, Schema,
    check::{Message, text_eq},
};

/// A position in a contract.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    text: &'static str,
    at: usize,
}

impl Reader {
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) const fn peek(&self) -> u8 {
        let text = self.text.as_bytes();
        if self.at < text.len() { text[self.at] } else { b')' }
    }

    pub(super) const fn after(mut self, bytes: usize) -> Self {
        self.at += bytes;
        self
    }

    /// Whether the text goes on with `expected`, which then is read.
    pub(super) const fn accept(&mut self, expected: &str) -> bool {
        let (text, expected) = (self.text.as_bytes(), expected.as_bytes());
        if text.len() - self.at < expected.len() {
            return false;
        }
        let mut index = 0;
        while index < expected.len() {
            if text[self.at + index] != expected[index] {
                return false;
            }
            index += 1;
        }
        self.at += expected.len();
        true
    }

    const fn accept_word(&mut self, expected: &str) -> bool {
        self.accept(expected) && matches!(self.peek(), b' ' | b')')
    }

    /// Whether the type here is `schema`, and then reads it.
    pub(super) const fn accept_type(&mut self, schema: &Schema) -> bool {
        match schema {
            Schema::Boolean => self.accept_word("boolean"),
            Schema::Long => self.accept_word("long"),
            Schema::Double => self.accept_word("double"),
            Schema::String => self.accept_word("string"),
            Schema::Bytes => self.accept_word("bytes"),
            Schema::Array(part) => self.accept("[") && self.accept_type(part),
            Schema::Map(part) => self.accept("{") && self.accept_type(part),
            Schema::Optional(some) => self.accept("?") && self.accept_type(some),
            Schema::Record(record) => {
                let record = record.get();
                if self.accept("@") {
                    // One event has one record of a name: that was compared where it is defined.
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

    /// Whether the field `index` here is `field`, and then reads it.
    pub(super) const fn accept_field(&mut self, index: usize, field: &Field) -> bool {
        (index == 0 || self.accept(" "))
            && self.accept(field.name)
            && self.accept(":")
            && self.accept_type(&field.schema)
    }

    /// The word here: a name, or a primitive type.
    pub(super) const fn word(&self) -> &'static str {
        let mut end = *self;
        while !matches!(end.peek(), b' ' | b')' | b'(' | b':') {
            end.at += 1;
        }
        let (text, _) = self.text.split_at(end.at);
        text.split_at(self.at).1
    }

    /// The text between two `!`, the first of which is here.
    const fn other(&self) -> &'static str {
        let mut end = self.after(1);
        while end.at < end.text.len() && end.peek() != b'!' {
            end.at += 1;
        }
        let (text, _) = self.text.split_at(end.at);
        text.split_at(self.at + 1).1
    }

    /// Behind the type that is here.
    const fn skip_type(mut self) -> Self {
        let mut depth = 0;
        loop {
            match self.peek() {
                b'(' => depth += 1,
                b')' | b' ' if depth == 0 => return self,
                b')' => depth -= 1,
                b'!' => self.at += 1 + self.other().len(),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// The fields of the record whose `(` is here.
    pub(super) const fn fields(self) -> Fields {
        Fields { next: self.after(1) }
    }
}

/// The fields of a record in a contract, in their order.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    next: Reader,
}

/// A field in a contract.
#[derive(Clone, Copy)]
pub(super) struct Published {
    pub(super) name: &'static str,
    /// At its type.
    pub(super) ty: Reader,
}

impl Fields {
    pub(super) const fn next(&mut self) -> Option<Published> {
        if self.next.peek() == b')' {
            return None;
        }
        let name = self.next.word();
        let ty = self.next.after(name.len() + 1);
        let end = ty.skip_type();
        self.next = if end.peek() == b' ' { end.after(1) } else { end };
        Some(Published { name, ty })
    }

    pub(super) const fn get(mut self, index: usize) -> Option<Published> {
        let mut skipped = 0;
        while skipped < index {
            if self.next().is_none() {
                return None;
            }
            skipped += 1;
        }
        self.next()
    }

    pub(super) const fn position(mut self, name: &str) -> Option<usize> {
        let mut index = 0;
        while let Some(field) = self.next() {
            if text_eq(field.name, name) {
                return Some(index);
            }
            index += 1;
        }
        None
    }
}

impl Message {
    /// The type that a contract has at `reader`, as in `array of string`.
    pub(super) const fn published_type(self, reader: Reader) -> Self {
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

    /// The type that `schema` is, in the same words.
    pub(super) const fn schema(self, schema: &Schema) -> Self {
        match schema {
            Schema::Boolean => self.text("boolean"),
            Schema::Long => self.text("long"),
            Schema::Double => self.text("double"),
            Schema::String => self.text("string"),
            Schema::Bytes => self.text("bytes"),
            Schema::Array(part) => self.text("array of ").schema(part),
            Schema::Map(part) => self.text("map of ").schema(part),
            Schema::Optional(some) => self.text("optional ").schema(some),
            Schema::Record(record) => self.text("record ").text(record.get().name),
            Schema::Unknown => self.text("a type without an Avro form"),
        }
    }
}
