use openedx_events::prelude::*;

/// A seat in a course.
#[payload]
pub struct PlaceData {
    /// Course of the seat.
    pub course_key: CourseKey,
}
