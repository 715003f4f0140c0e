//! The items that a module usually needs to define, send or receive events.

pub use crate::{
    Batch, BatchError, Bytes, DateTime, EventsMetadata, ReceiverError, Responses, Signal, Uuid, event,
    keys::{
        CcxLocator, CourseKey, LearningContextKey, LibraryCollectionLocator, LibraryContainerLocator,
        LibraryLocatorV2, LibraryUsageLocatorV2, UsageKey,
    },
    payload, receiver,
};
