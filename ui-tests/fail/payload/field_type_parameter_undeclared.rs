use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its number.
    pub number: T,
}

fn main() {}
