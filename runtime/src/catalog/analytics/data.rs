//! Data of the events in [`signals`](super::signals).

use crate::{DateTime, payload};

/// An entry of the tracking log.
#[payload]
pub struct TrackingLogData {
    /// Name of the tracking event, such as `edx.course.enrollment.activated`.
    pub name: String,
    /// When it was emitted.
    pub timestamp: DateTime,
    /// The content of the tracking event: a JSON object, as a string.
    #[payload(pii)]
    pub data: String,
    /// The context: a JSON object, as a string, with the user, session, IP address, course and so on.
    #[payload(pii)]
    pub context: String,
}
