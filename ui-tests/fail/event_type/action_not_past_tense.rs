use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.create.v1")]
pub struct CourseCreate {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
