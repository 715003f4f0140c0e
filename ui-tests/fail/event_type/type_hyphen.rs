use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course-run.created.v1")]
pub struct CourseRunCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
