use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Title of the course.
    #[payload(default = 1)]
    pub title: String,
}

fn main() {}
