use openedx_events::prelude::*;

/// Sent when the syllabus of a course was created.
#[event(type = "com.example.learning.syllabus.created.v1")]
pub struct SyllabusCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}
