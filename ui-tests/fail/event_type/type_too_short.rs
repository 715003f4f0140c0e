use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.course.created.v1")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
