use openedx_events::prelude::*;
use std::time::Instant;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: Instant,
}

fn main() {}
