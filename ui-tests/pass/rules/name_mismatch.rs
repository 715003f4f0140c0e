use openedx_events::prelude::*;

/// Sent when a seat in a course was reserved.
#[event(type = "com.example.learning.course.seat.reserved.v1")]
pub struct SeatReserved {
    /// Key of the course.
    pub course_key: CourseKey,
}
