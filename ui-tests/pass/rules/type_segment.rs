use openedx_events::prelude::*;

/// Sent when a page of a course was opened.
#[event(type = "com.example.learning.course_page.opened.v1")]
pub struct CoursePageOpened {
    /// Which course.
    pub course_key: CourseKey,
}
