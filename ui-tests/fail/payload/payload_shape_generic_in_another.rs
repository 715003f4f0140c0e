use openedx_events::prelude::*;

/// A page of a list.
#[payload]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
}

/// A course.
#[payload]
pub struct CourseData {
    /// Its first learners.
    pub learners: Page<i64>,
}

fn main() {}
