//! What a module that defines, sends or receives events usually needs.

pub use crate::{
    Bytes, DateTime, EventsMetadata, ReceiverError, Responses, Signal, Uuid, event, keys::CourseKey, payload,
    receiver,
};
