use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    ///
    pub title: String,
}

fn main() {}
