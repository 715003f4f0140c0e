//! The part of the expansions of `#[payload]` and `#[event]` that is the same for all structs.

pub(crate) mod builder;
pub(crate) mod frozen;
pub(crate) mod record;
pub(crate) mod shared;
pub(crate) mod wire;
