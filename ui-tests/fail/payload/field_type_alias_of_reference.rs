use openedx_events::prelude::*;

type Title = &'static str;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title.
    pub title: Title,
}

fn main() {}
