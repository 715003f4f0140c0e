use openedx_events::prelude::*;
use std::time::Duration;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: Duration,
}

fn main() {}
