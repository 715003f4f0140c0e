use openedx_events::prelude::*;

/// A course.
#[payload]
#[serde(rename_all = "camelCase")]
pub struct CourseData {
    /// What the field holds.
    pub title: String,
}

fn main() {}
