use openedx_events::prelude::*;

/// Sent when somebody has printed the syllabus of a course; not for downloads.
#[event(type = "com.example.learning.syllabus.printed.v1")]
pub struct SyllabusPrinted {
    /// Which course.
    pub course_key: CourseKey,
}
