use openedx_events::prelude::*;

/// A course.
#[payload(crate = events)]
pub struct CourseData {
    /// Its title.
    pub title: String,
}

fn main() {}
