//! The metadata of events (OEP-41).

mod identity;
mod json;

use std::{borrow::Cow, time::SystemTime};

use uuid::Uuid;

pub(crate) use identity::{host, set_service};
pub use json::MetadataError;

use crate::{DateTime, UtcOffset, event::EventDefinition};

/// The openedx-events release whose event definitions this crate has. It is made of integers only: a
/// text such as `rc1` in it would make Python's consumers lose the message.
const SOURCE_LIB: &[u64] = &[11, 2, 0];

/// What is known of an event besides its data: which it is, when it happened, and who sent it.
///
/// The counterpart of `EventsMetadata` in Python, after OEP-41, whose names the fields have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventsMetadata {
    /// Which event it is: a version 1 UUID, new for each event.
    pub id: Uuid,
    /// The event type, as in `org.openedx.learning.course.enrollment.created.v1`.
    pub event_type: Cow<'static, str>,
    /// The minor version of the event type that the sender knows.
    pub minorversion: u32,
    /// The service that sent it, as in `openedx/lms/web`.
    pub source: Cow<'static, str>,
    /// The host that sent it.
    pub sourcehost: Cow<'static, str>,
    /// When it happened, in UTC.
    pub time: DateTime,
    /// The openedx-events release of the sender, as in `[11, 2, 0]`.
    pub sourcelib: Cow<'static, [u64]>,
}

impl EventsMetadata {
    /// That of an event which this process sends now.
    #[must_use]
    pub fn of(definition: &EventDefinition) -> Self {
        Self {
            minorversion: definition.minor_version(),
            ..Self::with_event_type(Cow::Borrowed(definition.event_type()))
        }
    }

    /// Returns the defaults of all other fields, which Python's class has, too.
    pub(crate) fn with_event_type(event_type: Cow<'static, str>) -> Self {
        // The clock is read once: reading it takes longer than all the rest.
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            id: identity::new_id(since_1970),
            event_type,
            minorversion: 0,
            source: Cow::Borrowed(identity::source()),
            sourcehost: Cow::Borrowed(host()),
            time: DateTime::since_1970(since_1970),
            sourcelib: Cow::Borrowed(SOURCE_LIB),
        }
    }

    /// Returns the same, for something that happened at `time`; metadata is in UTC.
    pub(crate) fn at(mut self, time: DateTime) -> Self {
        let instant = time.unix_micros().and_then(|micros| DateTime::from_unix_micros(micros).ok());
        self.time = instant.unwrap_or_else(|| time.with_offset(UtcOffset::UTC));
        self
    }
}
