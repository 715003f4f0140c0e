use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// How many learners fit in.
    pub seats: Option<i64, i64>,
}

fn main() {}
