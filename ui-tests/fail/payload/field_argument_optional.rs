use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// How many learners fit in.
    #[payload(optional)]
    pub seats: i64,
}

fn main() {}
