// errors: 3
use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, prelude::*};

/// A course.
#[payload(crate = "openedx_events")]
pub struct CourseData {
    /// The title.
    pub title: String,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", crate = "openedx_events")]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

#[receiver(COURSE_ENROLLMENT_CREATED, crate = "openedx_events")]
fn notify() {}

fn main() {}
