use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData(
    /// Key of the course.
    pub CourseKey,
);

fn main() {}
