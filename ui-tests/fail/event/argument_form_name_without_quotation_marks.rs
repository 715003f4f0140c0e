use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", name = COURSE_CREATED)]
pub struct CourseMade {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
