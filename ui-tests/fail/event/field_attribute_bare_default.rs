use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
    /// How many learners fit in.
    #[default]
    pub seats: i64,
}

fn main() {
    let _ = |course_key| CourseCreated::builder().course_key(course_key).build();
}
