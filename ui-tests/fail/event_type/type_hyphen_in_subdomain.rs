use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "org.openedx.content-authoring.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

fn main() {}
