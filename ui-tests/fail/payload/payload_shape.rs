use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData(
    /// Which course.
    pub CourseKey,
);

fn main() {}
