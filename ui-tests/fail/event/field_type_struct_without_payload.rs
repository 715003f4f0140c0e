use openedx_events::prelude::*;

#[derive(Debug, Clone, PartialEq)]
pub struct CourseData {
    pub title: String,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course: CourseData,
}

fn main() {}
