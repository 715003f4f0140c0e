use openedx_events::prelude::*;

/// A course.
#[payload]
pub union CourseId {
    /// As a number.
    pub number: i64,
}

fn main() {}
