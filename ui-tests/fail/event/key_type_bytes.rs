use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub content: Bytes,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.content)]
pub struct CourseCreated {
    /// Which course.
    pub course: CourseData,
}

fn main() {}
