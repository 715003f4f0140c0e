use openedx_events::prelude::*;

/// Sent when the syllabus of a course was replaced.
#[event(type = "com.example.learning.syllabus.replaced.v1")]
pub struct SyllabusReplaced {
    /// Which course.
    pub course_key: CourseKey,
    /// Whether learners have seen the old one, and so may want to know.
    pub was_published: bool,
}
