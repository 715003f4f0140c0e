use openedx_events::prelude::*;

/// Sent when the syllabus of a course was copied.
#[event(
    type = "com.example.learning.syllabus.copied.v1",
    key = course_key
)]
pub struct SyllabusCopied {
    /// Key of the course.
    pub course_key: CourseKey,
}
