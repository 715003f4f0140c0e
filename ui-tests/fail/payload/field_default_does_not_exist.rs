use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Key of the course.
    #[payload(default)]
    pub course_key: CourseKey,
}

fn main() {}
