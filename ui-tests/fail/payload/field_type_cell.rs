use openedx_events::prelude::*;
use std::cell::Cell;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: Cell<i64>,
}

fn main() {}
