//! Records as JSON: the *Avro record dictionary* of Python's library, with serde.
//!
//! JSON is written from a record's Avro bytes and read into them, along the schema. So the code is the same for all
//! records, and a record of its own has to say nothing but how its bytes are written and read.

mod error;
mod read;
mod scalar;
mod write;

pub use error::JsonError;
pub(crate) use error::problem;
pub(crate) use read::{read, read_text};
pub(crate) use write::write;
