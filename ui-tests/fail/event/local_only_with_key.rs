use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course_key, local_only = "is not for others")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
