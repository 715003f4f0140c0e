// errors: 2
use openedx_events::prelude::*;

static COURSE_CREATED: i64 = 1;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
