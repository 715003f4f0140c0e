use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub prerequisite: Option<crate::CourseData>,
}

fn main() {}
