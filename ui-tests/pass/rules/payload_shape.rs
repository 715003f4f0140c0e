use openedx_events::prelude::*;

/// A place in a course.
#[payload]
pub struct PlaceData {
    /// Course in which it is.
    pub course_key: CourseKey,
}
