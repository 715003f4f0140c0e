use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The picture.
    pub picture: Option<[u8]>,
}

fn main() {}
