//! Records as JSON: the *Avro record dictionary* of Python's library, with serde.
//!
//! The schema guides this module when it writes a record's Avro bytes as JSON and reads JSON into such bytes. So the code
//! is the same for all records, and expansions only encode and decode Avro.
//!
//! This folder may use Avro and schemas.

mod error;
mod read;
mod scalar;
mod write;

pub use error::JsonError;
pub(crate) use error::{problem, problem_in};
pub(crate) use read::{read, read_text};
pub(crate) use scalar::Parsed;
pub(crate) use write::write;
#[cfg(feature = "kafka")]
pub(crate) use write::write_value;
