use openedx_events::prelude::*;
use std::sync::Mutex;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course: Mutex<String>,
}

fn main() {}
