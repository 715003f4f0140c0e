use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

/// Sent when courses were published.
#[event(type = "com.example.learning.courses.published.v1")]
pub struct CoursesPublished {
    /// How they were created.
    pub creations: Vec<CourseCreated>,
}

fn main() {}
