// errors: 2
use openedx_events::prelude::*;

/// A course.
#[payload(allow(field_flow_control, reason = "published under this name"))]
pub struct CourseData {
    /// Whether to run without asking.
    pub force: bool,
}

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v1",
    allow(field_data_suffix, reason = "published under this name")
)]
pub struct CourseCreated {
    /// The course.
    pub course_data: CourseData,
}

fn main() {}
