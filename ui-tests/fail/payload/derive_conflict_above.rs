use openedx_events::prelude::*;

/// A course.
#[derive(Debug, Clone, PartialEq)]
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub title: String,
    /// Another.
    pub places: i64,
}

fn main() {}
