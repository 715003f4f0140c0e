//! The metadata of events (OEP-41).

// This folder uses event definitions, dates and JSON.

mod identity;
mod json;
mod lazy;

use std::{borrow::Cow, time::SystemTime};

use uuid::Uuid;

pub(crate) use identity::{host, set_service};
pub use json::MetadataError;
pub use lazy::LazyMetadata;

use crate::{
    date_time::{DateTime, UtcOffset},
    event::EventDefinition,
};

/// The release of openedx-events whose event definitions this crate has. It consists of integers only: a string such
/// as `rc1` would make Python's consumers lose the message.
pub(crate) const SOURCE_LIB: &[u64] = &[11, 2, 0];

/// The metadata of an event: its type, when it happened, and who sent it.
///
/// The counterpart of `EventsMetadata` in Python. The names of the fields come from OEP-41.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventsMetadata {
    /// The id of the event: a version 1 UUID.
    pub id: Uuid,
    /// The event type, such as `org.openedx.learning.course.enrollment.created.v1`.
    pub event_type: Cow<'static, str>,
    /// The minor version of the event type in the sender.
    pub minorversion: u32,
    /// The service that sent the event, such as `openedx/lms/web`.
    pub source: Cow<'static, str>,
    /// The host that sent the event.
    pub sourcehost: Cow<'static, str>,
    /// When the event happened, in UTC.
    pub time: DateTime,
    /// The openedx-events release of the sender, such as `[11, 2, 0]`.
    pub sourcelib: Cow<'static, [u64]>,
}

impl EventsMetadata {
    /// Makes the metadata of an event that this process sends now.
    #[must_use]
    pub fn of(definition: &EventDefinition) -> Self {
        Self::sent(definition, None)
    }

    /// Makes the metadata of an event that this process sends now, and that happened at `time`, or now.
    #[inline]
    pub(crate) fn sent(definition: &EventDefinition, time: Option<DateTime>) -> Self {
        Self::new(Cow::Borrowed(definition.event_type()), definition.minor_version(), time)
    }

    /// Makes metadata with the event type and the defaults of Python's class.
    pub(crate) fn with_event_type(event_type: Cow<'static, str>) -> Self {
        Self::new(event_type, 0, None)
    }

    #[inline]
    fn new(event_type: Cow<'static, str>, minorversion: u32, time: Option<DateTime>) -> Self {
        // The clock is read once, because that takes longer than everything else here.
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            id: identity::new_id(since_1970),
            event_type,
            minorversion,
            source: Cow::Borrowed(identity::source()),
            sourcehost: Cow::Borrowed(host()),
            time: time.map_or_else(|| DateTime::since_1970(since_1970), in_utc),
            sourcelib: Cow::Borrowed(SOURCE_LIB),
        }
    }
}

/// Converts a time to UTC.
fn in_utc(time: DateTime) -> DateTime {
    let instant = time.unix_micros().and_then(|micros| DateTime::from_unix_micros(micros).ok());
    instant.unwrap_or_else(|| time.with_offset(UtcOffset::UTC))
}
