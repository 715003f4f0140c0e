use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = (course_key, title))]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
    /// Its title.
    pub title: String,
}

fn main() {}
