use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData<T> {
    /// Which course.
    pub course: T,
}

fn main() {}
