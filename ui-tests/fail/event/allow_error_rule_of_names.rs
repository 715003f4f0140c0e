use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v2",
    allow(name_missing_major_version, reason = "there never was a first one")
)]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
