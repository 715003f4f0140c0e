use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(key = course_key)]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
