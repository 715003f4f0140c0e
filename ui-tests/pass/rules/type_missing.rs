use openedx_events::prelude::*;

/// Sent when the syllabus of a course was created.
#[event(type = "com.example.learning.syllabus.created.v1")]
pub struct SyllabusCreated {
    /// Which course.
    pub course_key: CourseKey,
}
