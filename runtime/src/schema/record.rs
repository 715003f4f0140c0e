//! Records: the schemas of payloads and events.

use std::mem::MaybeUninit;

use super::{Field, Location};

/// A record: an Avro name, and the fields in the order of the wire.
pub struct Record {
    /// The Avro name, which is the struct's.
    pub name: &'static str,
    /// The fields in the order in which they are written.
    pub fields: &'static [Field],
    /// Where the struct is defined, which tells two records of one name apart.
    pub location: Location,
}

/// A reference from one record to another.
///
/// `MaybeUninit` keeps the compiler from looking through the reference when it validates a constant.
/// Otherwise it reports error E0391, a cycle, for records that contain each other, and that message names none of the
/// user's fields. `assert_field` finds those cycles and names the field.
#[derive(Clone, Copy)]
pub struct RecordRef(MaybeUninit<&'static Record>);

impl RecordRef {
    /// Makes a reference to `record`.
    #[must_use]
    pub const fn new(record: &'static Record) -> Self {
        Self(MaybeUninit::new(record))
    }

    /// Returns the record.
    #[must_use]
    #[allow(unsafe_code)]
    pub const fn get(self) -> &'static Record {
        // SAFETY: `new` is the only constructor, and it initializes the value.
        unsafe { self.0.assume_init() }
    }
}
