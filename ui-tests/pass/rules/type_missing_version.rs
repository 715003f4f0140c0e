use openedx_events::prelude::*;

/// Sent when the syllabus of a course was archived.
#[event(type = "com.example.learning.syllabus.archived.v1")]
pub struct SyllabusArchived {
    /// Which course.
    pub course_key: CourseKey,
}
