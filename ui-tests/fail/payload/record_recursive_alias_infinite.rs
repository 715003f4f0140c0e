use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The course before it.
    pub earlier: Option<Earlier>,
}

type Earlier = CourseData;

fn main() {}
