use openedx_events::prelude::*;

/// A course.
#[payload]
#[derive(Eq)]
pub struct CourseData {
    /// What the field holds.
    pub grade: f64,
}

fn main() {}
