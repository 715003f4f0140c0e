use openedx_events::prelude::*;

/// A course.
#[derive(Debug, Clone, PartialEq)]
#[payload]
pub struct CourseData {
    /// Title of the course.
    pub title: String,
    /// Another.
    pub places: i64,
}

fn main() {}
