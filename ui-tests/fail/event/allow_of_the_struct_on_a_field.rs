use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.re-created.v1",
    name = "COURSE_RE_CREATED"
)]
pub struct CourseCreated {
    /// Key of the course.
    #[event(allow(type_hyphen, reason = "published under this name"))]
    pub course_key: CourseKey,
}

fn main() {}
