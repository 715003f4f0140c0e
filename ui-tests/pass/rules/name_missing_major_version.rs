use openedx_events::prelude::*;

/// Sent when a seat in a course was returned.
#[event(type = "com.example.learning.seat.returned.v2")]
pub struct SeatReturnedV2 {
    /// Key of the course.
    pub course_key: CourseKey,
}
