use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Tags of the course.
    pub tags: Vec<String>,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.tags)]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

fn main() {}
