use openedx_events::prelude::*;

/// Sent when a place in a course was taken.
#[event(type = "com.example.learning.place.taken.v1")]
pub struct PlaceTaken {
    /// Key of the course.
    pub course_key: CourseKey,
}
