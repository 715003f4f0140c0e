use openedx_events::prelude::*;

/// Sent when the syllabus of a course was printed, but not when it was downloaded.
#[event(type = "com.example.learning.syllabus.printed.v1")]
pub struct SyllabusPrinted {
    /// Key of the course.
    pub course_key: CourseKey,
}
