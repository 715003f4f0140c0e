use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
    /// Whether receivers send no e-mail.
    pub skip_email: bool,
}

fn main() {}
