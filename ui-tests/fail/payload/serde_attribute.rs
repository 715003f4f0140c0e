use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    #[serde(rename = "name")]
    pub title: String,
}

fn main() {}
