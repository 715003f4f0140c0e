use openedx_events::prelude::*;

/// A course.
#[payload("pii")]
pub struct CourseData {
    /// Title of the course.
    pub title: String,
}

fn main() {}
