//! Events of the analytics subdomain.

use super::data::TrackingLogData;
use crate::event;

/// Sent when a tracking event has been emitted and its name is configured for the event bus.
#[event(
    type = "org.openedx.analytics.tracking.event.emitted.v1",
    key = tracking_log.name,
    repository = "openedx/event-tracking",
    allow(name_contains_event, reason = "Open edX calls the data a tracking event"),
)]
pub struct TrackingEventEmitted {
    /// The tracking event.
    pub tracking_log: TrackingLogData,
}
