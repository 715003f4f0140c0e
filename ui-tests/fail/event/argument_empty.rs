// errors: 3
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "", repository = "", local_only = "")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
