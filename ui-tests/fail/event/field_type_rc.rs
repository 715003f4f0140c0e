use openedx_events::prelude::*;
use std::rc::Rc;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course: Rc<String>,
}

fn main() {}
