use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title.
    pub title: String,
}

fn title(course: CourseData) -> String {
    let CourseData { title, .. } = course;
    title
}

fn main() {}
