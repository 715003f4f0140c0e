// errors: 9
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v1",
    key = "course_key",
    minor_version = "1",
    name = COURSE_CREATED,
    repository = openedx,
    warning,
    deprecated = "use another"
)]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a seat was taken.
#[event(type = "com.example.learning.seat.taken.v1", key)]
pub struct SeatTaken {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a desk was taken.
#[event(type = "com.example.learning.desk.taken.v1", local_only)]
pub struct DeskTaken {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a lamp was taken.
#[event(type = "com.example.learning.lamp.taken.v1", key = lamps[0])]
pub struct LampTaken {
    /// The lamps.
    pub lamps: Vec<i64>,
}

fn main() {}
