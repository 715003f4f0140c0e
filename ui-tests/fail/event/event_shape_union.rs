use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub union CourseCreated {
    /// Which course.
    pub course: i64,
}

fn main() {}
