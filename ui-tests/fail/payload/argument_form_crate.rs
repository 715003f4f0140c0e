use openedx_events::prelude::*;

/// A course.
#[payload(crate = "openedx_events")]
pub struct CourseData {
    /// What the field holds.
    pub title: String,
}

fn main() {}
