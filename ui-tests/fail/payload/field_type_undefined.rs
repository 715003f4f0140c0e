use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// A value.
    pub value: CourseKay,
}

fn main() {}
