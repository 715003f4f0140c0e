// errors: 3
use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, prelude::*};

/// A course.
#[payload(crate = events)]
pub struct CourseData {
    /// The title.
    pub title: String,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", crate = events)]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

#[receiver(COURSE_ENROLLMENT_CREATED, crate = events)]
fn notify() {}

fn main() {}
