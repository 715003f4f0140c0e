// errors: 2
use openedx_events::{codec, learning::data::UserData, prelude::*};

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", local_only = "it holds a connection")]
pub struct CourseCreated {
    /// The course.
    pub course: String,
}

fn local_event(event: &CourseCreated) -> Vec<u8> {
    codec::encode(event)
}

fn payload(user: &UserData) -> Vec<u8> {
    codec::encode(user)
}

fn main() {}
