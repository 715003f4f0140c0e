use openedx_events::prelude::*;

/// A course.
#[payload(redact)]
pub struct CourseData {
    /// What the field holds.
    pub title: String,
}

fn main() {}
