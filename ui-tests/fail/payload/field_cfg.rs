use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    #[cfg(debug_assertions)]
    pub title: String,
}

fn main() {}
