use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    pub title: String<80>,
}

fn main() {}
