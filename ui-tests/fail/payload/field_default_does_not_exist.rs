use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    #[payload(default)]
    pub course_key: CourseKey,
}

fn main() {}
