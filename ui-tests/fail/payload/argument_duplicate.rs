use openedx_events::prelude::*;

/// A course.
#[payload(pii, pii)]
pub struct CourseData {
    /// What the field holds.
    pub title: String,
}

fn main() {}
