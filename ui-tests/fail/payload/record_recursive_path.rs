use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub prerequisites: Vec<crate::CourseData>,
}

fn main() {}
