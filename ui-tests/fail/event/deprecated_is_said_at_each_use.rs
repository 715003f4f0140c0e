// errors: 4
#![deny(deprecated)]

use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", deprecated(since = "2.0.0", note = "use `COURSE_CREATED_V2`"))]
pub struct CourseCreated {
    /// Its title.
    pub title: String,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v2", key = course_key)]
pub struct CourseCreatedV2 {
    /// Key of the course.
    pub course_key: CourseKey,
    /// Its title.
    pub title: String,
}

#[receiver(COURSE_CREATED)]
fn receive() {}

fn main() {
    COURSE_CREATED.send_event(CourseCreated { title: String::new() });
}
