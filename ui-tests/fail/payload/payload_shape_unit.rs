use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData;

fn main() {}
