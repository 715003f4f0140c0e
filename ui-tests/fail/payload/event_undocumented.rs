use openedx_events::prelude::*;

#[payload]
pub struct CourseData {
    /// Title of the course.
    pub title: String,
}

fn main() {}
