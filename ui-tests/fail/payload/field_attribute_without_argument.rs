use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Title of the course.
    #[payload]
    pub title: String,
}

fn main() {}
