//! Avro's binary encoding, value by value.
//!
//! This folder uses no other part of the crate.

mod decoder;
pub(crate) mod encoder;
mod error;
#[cfg(test)]
mod tests;

pub use decoder::Decoder;
pub use error::{BoxError, DecodeError};
pub(crate) use error::{Segment, path_text};
