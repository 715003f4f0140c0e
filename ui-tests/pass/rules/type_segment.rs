use openedx_events::prelude::*;

/// Sent when a page of a course was opened.
#[event(type = "com.example.learning.course_page.opened.v1")]
pub struct CoursePageOpened {
    /// Key of the course.
    pub course_key: CourseKey,
}
