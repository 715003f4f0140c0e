use openedx_events::prelude::*;

/// Sent when somebody has shared the syllabus of a course.
#[event(type = "com.example.learning.syllabus.shared.v1")]
pub struct SyllabusShared {
    /// Course whose syllabus it is.
    pub course_key: CourseKey,
}
