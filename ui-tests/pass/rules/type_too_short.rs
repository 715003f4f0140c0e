use openedx_events::prelude::*;

/// Sent when the syllabus of a course was restored.
#[event(type = "com.example.learning.syllabus.restored.v1")]
pub struct SyllabusRestored {
    /// Key of the course.
    pub course_key: CourseKey,
}
