use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The topics.
    pub topics: Vec<str>,
}

fn main() {}
