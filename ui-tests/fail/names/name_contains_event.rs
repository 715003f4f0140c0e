use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course_event.created.v1")]
pub struct CourseEventCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
