use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(key = course_key)]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
