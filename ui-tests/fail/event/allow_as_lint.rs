use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.re-created.v1", name = "COURSE_RE_CREATED")]
#[allow(type_hyphen)]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
