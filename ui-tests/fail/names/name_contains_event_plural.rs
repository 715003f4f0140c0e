use openedx_events::prelude::*;

/// Sent when the dates of a calendar were imported.
#[event(type = "com.example.learning.calendar.events_imported.v1")]
pub struct CalendarEventsImported {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
