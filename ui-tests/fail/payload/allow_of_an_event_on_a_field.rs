use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    #[payload(allow(type_hyphen, reason = "published under this name"))]
    pub title: String,
}

fn main() {}
