use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Notes about the course.
    pub metadata: String,
}

fn main() {}
