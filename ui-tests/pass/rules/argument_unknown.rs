use openedx_events::prelude::*;

/// Sent when the syllabus of a course was moved.
#[event(
    type = "com.example.learning.syllabus.moved.v1",
    key = course_key,
    repository = "example/courses"
)]
pub struct SyllabusMoved {
    /// Key of the course.
    pub course_key: CourseKey,
}
