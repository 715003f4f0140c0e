use openedx_events::prelude::*;

/// Sent when the syllabus of a course was replaced.
#[event(type = "com.example.learning.syllabus.replaced.v1")]
pub struct SyllabusReplaced {
    /// Key of the course.
    pub course_key: CourseKey,
    /// Whether learners have seen the old syllabus.
    pub was_published: bool,
}
