// errors: 2
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course-run.created.v1",
    allow(type_hyphens, reason = "published under this name"),
    allow(dashes, reason = "published under this name")
)]
pub struct CourseRunCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
