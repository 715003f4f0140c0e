//! What `#[payload]` and `#[event]` expand to, as far as it does not differ from struct to struct.

pub(crate) mod builder;
pub(crate) mod frozen;
pub(crate) mod record;
pub(crate) mod shared;
pub(crate) mod wire;
