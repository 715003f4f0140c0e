use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The courses that contain it.
    pub parent: Vec<CourseCreated>,
}

fn main() {}
