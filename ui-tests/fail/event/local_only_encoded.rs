use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", local_only = "it holds a connection")]
pub struct CourseCreated {
    /// Which course.
    pub course: String,
}

fn main() {
    let event = CourseCreated { course: "Demo".into() };
    openedx_events::codec::encode(&event);
}
