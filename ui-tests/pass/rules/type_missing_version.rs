use openedx_events::prelude::*;

/// Sent when the syllabus of a course was archived.
#[event(type = "com.example.learning.syllabus.archived.v1")]
pub struct SyllabusArchived {
    /// Key of the course.
    pub course_key: CourseKey,
}
