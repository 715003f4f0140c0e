//! Open edX events.

// Expansions say `::openedx_events`, in this crate too.
extern crate self as openedx_events;

mod avro_type;
pub mod codec;
mod event;
mod payload;
mod private;
mod schema;

pub use avro_type::AvroType;
pub use bytes::Bytes;
pub use codec::BoxError;
pub use event::{Event, WireEvent};
pub use uuid::Uuid;

include!(concat!(env!("OUT_DIR"), "/private.rs"));
