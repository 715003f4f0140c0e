use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v1",
    local_only = "it holds a connection"
)]
pub struct CourseCreated {
    /// Its title.
    pub title: &str,
}

fn main() {}
