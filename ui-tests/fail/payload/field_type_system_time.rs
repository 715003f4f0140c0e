use openedx_events::prelude::*;
use std::time::SystemTime;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: SystemTime,
}

fn main() {}
