// errors: 9
use openedx_events::prelude::*;

#[event(type = "com.example.learning.course.create", topic = "courses", key = course_kay)]
pub struct CourseCreated {
    pub course_data: u64,
    /// Whether to mail.
    pub skip_email: bool,
}

fn main() {}
