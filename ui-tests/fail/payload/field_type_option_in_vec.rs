use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// A value.
    pub value: Vec<Option<String>>,
}

fn main() {}
