use openedx_events::prelude::*;

/// A course.
#[payload]
#[payload]
pub struct CourseData {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
