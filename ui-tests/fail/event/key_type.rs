use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub tags: Vec<String>,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.tags)]
pub struct CourseCreated {
    /// Which course.
    pub course: CourseData,
}

fn main() {}
