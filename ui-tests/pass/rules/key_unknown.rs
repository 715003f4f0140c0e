use openedx_events::prelude::*;

/// A seat.
#[payload]
pub struct SeatData {
    /// Course of the seat.
    pub course_key: CourseKey,
}

/// Sent when a seat in a course was opened.
#[event(
    type = "com.example.learning.seat.opened.v1",
    key = seat.course_key
)]
pub struct SeatOpened {
    /// The seat.
    pub seat: SeatData,
}
