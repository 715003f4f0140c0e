use openedx_events::prelude::*;

/// Sent when a course was moved.
#[event(type = "com.example.learning.course-moved.v1")]
pub struct CourseMoved {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
