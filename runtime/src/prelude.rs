//! The items that a module usually needs to define, send or receive events.

pub use crate::{
    Bytes, DateTime, EventsMetadata, ReceiverError, Responses, Signal, Uuid, event, keys::CourseKey, payload,
    receiver,
};
