//! The Avro schema of a type, as a `const` tree that the compiler can walk.
//!
//! This folder uses no other part of the crate.

mod check;
mod contract;
mod field;
mod json;
mod location;
mod message;
mod record;
#[cfg(test)]
mod tests;

pub use check::{
    assert_command, assert_data_key, assert_field, assert_key, assert_key_is_pii, assert_no_command,
    assert_shared,
};
pub use contract::{Contracts, assert_contract};
pub use field::{Field, Refusal, TypeFacts};
pub use json::event_schema_string;
#[cfg(feature = "kafka")]
pub(crate) use json::event_schema_with_defaults;
pub use location::Location;
pub(crate) use message::text_eq;
pub use record::{Record, RecordRef};

/// The Avro schema of a type.
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
    /// `"string"`, of a type whose values are personal data
    PersonalString,
    /// `"bytes"`
    Bytes,
    /// `{"type": "array", "items": …}`
    Array(&'static Schema),
    /// `{"type": "map", "values": …}`
    Map(&'static Schema),
    /// `["null", …]`, with the default null
    Optional(&'static Schema),
    /// `{"type": "record", …}`
    Record(RecordRef),
    /// The type has no Avro form. The compiler reports that at the field's type.
    Unknown,
}

impl Schema {
    /// Returns whether the values, or the items in them, are personal data whatever the field says.
    pub(crate) const fn is_personal(&self) -> bool {
        match self {
            Self::PersonalString => true,
            Self::Array(part) | Self::Map(part) | Self::Optional(part) => part.is_personal(),
            _ => false,
        }
    }

    /// Returns whether a field can have this schema. The compiler checks it, except for local-only events.
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
