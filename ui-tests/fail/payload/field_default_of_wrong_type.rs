use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    #[payload(default = 1)]
    pub title: String,
}

fn main() {}
