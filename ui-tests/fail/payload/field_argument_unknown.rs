use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Title of the course.
    #[payload(rename = "name")]
    pub title: String,
}

fn main() {}
