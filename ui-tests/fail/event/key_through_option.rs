use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its key.
    pub course_key: CourseKey,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.course_key)]
pub struct CourseCreated {
    /// The course.
    pub course: Option<CourseData>,
}

fn main() {}
