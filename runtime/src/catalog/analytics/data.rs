//! Data of the events in [`signals`](super::signals).

use crate::{DateTime, payload};

/// An entry of the tracking log.
#[payload]
pub struct TrackingLogData {
    /// Name of the tracking event, such as `edx.course.enrollment.activated`.
    pub name: String,
    /// When it was emitted.
    pub timestamp: DateTime,
    /// What the tracking event says, as the JSON text of an object.
    #[payload(pii)]
    pub data: String,
    /// Where it comes from, as the JSON text of an object: user, session, IP address, course and the like.
    #[payload(pii)]
    pub context: String,
}
