// errors: 2
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.Course.created")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
