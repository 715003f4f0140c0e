use openedx_events::prelude::*;

/// Sent when an entry of a calendar was moved.
#[event(
    type = "com.example.learning.calendar_event.moved.v1",
    allow(name_contains_event, reason = "the entries of a calendar are called events")
)]
pub struct CalendarEventMoved {
    /// Number of the entry.
    pub entry: i64,
}
