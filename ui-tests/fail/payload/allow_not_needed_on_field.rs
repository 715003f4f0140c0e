use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    #[payload(allow(field_data_suffix, reason = "published under this name"))]
    pub title: String,
}

fn main() {}
