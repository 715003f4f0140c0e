use openedx_events::prelude::*;

#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
