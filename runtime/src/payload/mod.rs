//! The part of the expansions of `#[payload]` and `#[event]` that is the same for all structs.
//!
//! This folder may use schemas, Avro, JSON and `avro_type`.

pub(crate) mod builder;
pub(crate) mod frozen;
pub(crate) mod record;
pub(crate) mod shared;
pub(crate) mod text;
pub(crate) mod wire;
