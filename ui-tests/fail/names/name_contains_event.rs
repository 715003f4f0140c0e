use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course_event.created.v1")]
pub struct CourseEventCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
