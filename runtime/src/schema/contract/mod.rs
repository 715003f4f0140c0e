//! Contracts: the published schemas of an event type, compared with its definition.
//!
//! The comparison is one walk over both sides. Only if that fails does a second walk look for the differences.
//!
//! This folder uses only schemas.

mod diff;
mod message;
mod text;

pub use diff::assert_contract;

use self::text::ContractReader;
use super::{Record, Schema};

/// The published schemas of an event type, as `#[event]` found them.
pub struct Contracts {
    /// The event type.
    pub event_type: &'static str,
    /// The minor version of the definition.
    pub minor_version: u32,
    /// Whether the event is local only. Its data may then lack an Avro form, and no other check reports that.
    pub local_only: bool,
    /// The record of the event.
    pub record: &'static Record,
    /// The indices of the data keys with a default.
    pub defaulted: &'static [usize],
    /// Each published minor version with its schema in short form, the newest first.
    pub published: &'static [(u32, &'static str)],
}

impl Contracts {
    /// Returns whether the event equals each published schema or is an allowed successor of it.
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
        let mut reader = ContractReader::new(text).after(1);
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

    /// Returns whether this program can read an event that lacks the data key `index`.
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

    /// Returns whether the compiler already reports this schema at the field's type.
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
