use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    pub title: std::borrow::Cow<'_, str>,
}

fn main() {}
