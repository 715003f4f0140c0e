//! Reads bytes that were written with another schema, by Avro's rules of schema resolution: fields are matched by name,
//! fields that only the writer has are skipped, and fields that only the reader has get their default.
//!
//! A [`WriterSchema`] is parsed once. It makes a [`Resolution`] for an event, which turns each message into the bytes that
//! a writer with the event's own schema would have written. So the codec needs to know only that schema.
//!
//! This folder may use Avro, schemas and event definitions.

mod error;
mod parse;
mod plan;
mod rewrite;
mod types;
mod writer;

pub use error::ResolutionError;
pub use rewrite::Resolution;
pub use writer::WriterSchema;
