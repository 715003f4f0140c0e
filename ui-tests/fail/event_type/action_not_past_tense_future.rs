use openedx_events::prelude::*;

/// Sent when a course will be created.
#[event(type = "com.example.learning.course.will_be_created.v1")]
pub struct CourseWillBeCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
