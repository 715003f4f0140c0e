use openedx_events::prelude::*;

/// Sent when a course was created.
#[receiver(COURSE_CREATED)]
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
