use openedx_events::prelude::*;

const COURSE_CREATED_TYPE: &str = "com.example.learning.course.created.v1";

/// Sent when a course was created.
#[event(type = COURSE_CREATED_TYPE)]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
