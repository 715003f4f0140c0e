use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The topics.
    pub topics: vec![String],
}

fn main() {}
