use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its seats.
    pub seats: Vec<Seat>,
}

fn main() {}
