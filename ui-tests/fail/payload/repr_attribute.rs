use openedx_events::prelude::*;

/// A course.
#[payload]
#[repr(C, packed)]
pub struct CourseData {
    /// How many learners fit in.
    pub seats: i64,
}

fn main() {}
