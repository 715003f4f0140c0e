use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.v1.course.created")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
