use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.3d_model.created.v1")]
pub struct ModelCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
