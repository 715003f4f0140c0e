use openedx_events::prelude::*;

/// Sent when the syllabus of a course was shared.
#[event(type = "com.example.learning.syllabus.shared.v1")]
pub struct SyllabusShared {
    /// Key of the course.
    pub course_key: CourseKey,
}
