// errors: 3
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "", repository = "", local_only = "")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
