use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title.
    pub title: String,
}

fn main() {
    let _ = CourseData { title: "Demo".to_owned() };
}
