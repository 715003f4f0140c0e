//! What expansions use. Nothing here is stable: the module's public name changes with each release.

pub use crate::{
    avro_type::AvroType,
    payload::{builder::*, frozen::Frozen, json::*, record::*, wire::*},
    schema::*,
};
