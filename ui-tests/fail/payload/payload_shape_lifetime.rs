use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData<'a> {
    /// Title of the course.
    pub title: &'a str,
}

fn main() {}
