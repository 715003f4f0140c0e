use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title.
    pub title: String,
    /// Its title, again.
    pub title: String,
}

fn main() {}
