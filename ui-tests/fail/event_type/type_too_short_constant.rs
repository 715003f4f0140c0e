use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "COURSE_CREATED")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
