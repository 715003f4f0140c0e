//! The Avro schema of a type, as a `const` tree that the compiler can walk.

mod check;
mod contract;
mod contract_diff;
mod contract_message;
mod contract_text;
mod json;
mod message;
mod refusal;
#[cfg(test)]
mod tests;

use std::mem::MaybeUninit;

pub use check::{
    assert_command, assert_data_key, assert_field, assert_key, assert_key_is_pii, assert_no_command,
    assert_shared,
};
pub use contract::Contracts;
pub use contract_diff::assert_contract;
pub use json::event_schema_string;
pub(crate) use message::text_eq;
pub use refusal::Refusal;

/// The Avro form of a type.
#[derive(Clone, Copy)]
pub enum Schema {
    /// `"boolean"`
    Boolean,
    /// `"long"`
    Long,
    /// `"double"`
    Double,
    /// `"string"`
    String,
    /// `"bytes"`
    Bytes,
    /// `{"type": "array", "items": …}`
    Array(&'static Schema),
    /// `{"type": "map", "values": …}`
    Map(&'static Schema),
    /// `["null", …]`, the default being null
    Optional(&'static Schema),
    /// `{"type": "record", …}`
    Record(RecordRef),
    /// The type has none; the compiler reports that at the field's type.
    Unknown,
}

impl Schema {
    /// Whether a field can have it: the compiler checks that, except for events that are local only.
    pub(crate) fn fits_field(&self) -> bool {
        fn fits_inside(schema: &Schema) -> bool {
            match schema {
                Schema::Unknown | Schema::Optional(_) => false,
                Schema::Array(part) | Schema::Map(part) => fits_inside(part),
                _ => true,
            }
        }
        match self {
            Self::Optional(some) => fits_inside(some),
            schema => fits_inside(schema),
        }
    }
}

/// A record that another one refers to.
///
/// `MaybeUninit` keeps the compiler from looking through the reference when it validates a constant:
/// otherwise records that contain each other are error E0391, a cycle, whose text would name none of the
/// user's fields. `assert_field` finds those cycles and says so.
#[derive(Clone, Copy)]
pub struct RecordRef(MaybeUninit<&'static Record>);

impl RecordRef {
    /// A reference to `record`.
    #[must_use]
    pub const fn new(record: &'static Record) -> Self {
        Self(MaybeUninit::new(record))
    }

    /// The record.
    #[must_use]
    #[allow(unsafe_code)]
    pub const fn get(self) -> &'static Record {
        // SAFETY: `new` is the only constructor, and it initializes.
        unsafe { self.0.assume_init() }
    }
}

/// A record: an Avro name and the fields in the order of the wire.
pub struct Record {
    /// The Avro name: the struct's.
    pub name: &'static str,
    /// In the order in which they are written.
    pub fields: &'static [Field],
    /// Where the struct is defined, which tells two records of one name apart.
    pub location: Location,
}

/// A field of a record, or a data key of an event.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type's Avro form.
    pub schema: Schema,
    /// Its type, as the user wrote it.
    pub type_name: &'static str,
    /// Its documentation.
    pub docs: &'static str,
    /// Whether it holds personal data.
    pub pii: bool,
    /// Why its type is refused, where there is more to say than that it has no Avro form.
    pub refusal: Option<Refusal>,
    /// Whether its type can go to other threads.
    pub is_shared: bool,
    /// Appends the Avro bytes of its default, where it has one.
    pub default: Option<fn(&mut Vec<u8>)>,
}

impl Field {
    /// All that is known of a field; by place and not by name, since expansions say it of each field.
    #[allow(clippy::too_many_arguments)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        type_name: &'static str,
        docs: &'static str,
        pii: bool,
        schema: Option<Schema>,
        refusal: Option<Refusal>,
        is_shared: bool,
        default: Option<fn(&mut Vec<u8>)>,
    ) -> Self {
        let schema = match schema {
            Some(schema) => schema,
            None => Schema::Unknown,
        };
        Self { name, schema, type_name, docs, pii, refusal, is_shared, default }
    }
}

/// A place in source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The module, from the crate's name on.
    pub module_path: &'static str,
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}
