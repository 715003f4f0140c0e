use openedx_events::prelude::*;
use std::collections::BTreeMap;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: BTreeMap<i64, String>,
}

fn main() {}
