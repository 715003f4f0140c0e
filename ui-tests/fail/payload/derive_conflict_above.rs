use openedx_events::prelude::*;

/// A course.
#[derive(Debug)]
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub title: String,
}

fn main() {}
