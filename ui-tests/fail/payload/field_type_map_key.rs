use openedx_events::prelude::*;
use std::collections::HashMap;

/// A course.
#[payload]
pub struct CourseData {
    /// A value.
    pub value: HashMap<u32, String>,
}

fn main() {}
