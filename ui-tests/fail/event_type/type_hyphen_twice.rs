use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course-run.re-created.v1")]
pub struct CourseRunReCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
