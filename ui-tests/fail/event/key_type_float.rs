use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub grade: f64,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.grade)]
pub struct CourseCreated {
    /// Which course.
    pub course: CourseData,
}

fn main() {}
