use openedx_events::prelude::*;

#[derive(Default)]
/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub title: String,
}

fn main() {}
