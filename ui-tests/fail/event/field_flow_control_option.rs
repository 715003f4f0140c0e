use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Whether to wait.
    pub background: Option<bool>,
}

fn main() {}
