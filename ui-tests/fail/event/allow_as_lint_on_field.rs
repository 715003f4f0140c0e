use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Data of the course.
    #[allow(field_data_suffix, reason = "published under this name")]
    pub course_data: String,
}

fn main() {}
