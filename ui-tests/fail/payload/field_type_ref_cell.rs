use openedx_events::prelude::*;
use std::cell::RefCell;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: RefCell<String>,
}

fn main() {}
