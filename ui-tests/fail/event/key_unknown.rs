use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = cuorse.course_key)]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

fn main() {}
