use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

/// Sent when a course was published.
#[event(type = "com.example.learning.course.published.v1")]
pub struct CoursePublished {
    /// How it was created.
    pub creation: CourseCreated,
}

fn main() {}
