use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    #[payload(default = )]
    pub title: String,
}

fn main() {}
