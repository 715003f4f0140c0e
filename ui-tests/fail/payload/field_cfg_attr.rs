use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    #[cfg_attr(debug_assertions, deprecated)]
    pub title: String,
}

fn main() {}
