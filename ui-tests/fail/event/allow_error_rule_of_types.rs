use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", allow(field_type, reason = "never that large"))]
pub struct CourseCreated {
    /// How many learners fit in.
    pub seats: u64,
}

fn main() {}
