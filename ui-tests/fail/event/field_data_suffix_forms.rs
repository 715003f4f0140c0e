// errors: 6
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The suffix twice.
    pub course_data_payload: String,
    /// The rest is reserved.
    pub event_data: String,
    /// The rest is a keyword.
    pub type_data: String,
    /// The rest is the name of another data key.
    pub title_data: String,
    /// The other data key.
    pub title: String,
    /// The rest is a number.
    pub _1: String,
    /// The rest is the name of the builder's method.
    pub __build: String,
}

fn main() {}
