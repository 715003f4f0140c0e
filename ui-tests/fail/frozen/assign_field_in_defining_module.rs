use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title.
    pub title: String,
}

fn rename(course: &mut CourseData) {
    course.title = "Demo".to_owned();
}

fn main() {}
