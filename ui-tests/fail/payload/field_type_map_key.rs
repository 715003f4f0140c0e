use openedx_events::prelude::*;
use std::collections::HashMap;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: HashMap<u32, String>,
}

fn main() {}
