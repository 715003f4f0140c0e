use openedx_events::prelude::*;
use std::collections::HashSet;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: HashSet<String>,
}

fn main() {}
