use openedx_events::prelude::*;
use std::sync::Mutex;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: Mutex<String>,
}

fn main() {}
