use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Course that learners take first.
    pub prerequisite: Option<CourseData>,
}

fn main() {}
