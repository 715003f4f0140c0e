// errors: 11
use openedx_events::prelude::*;

/// A course.
#[payload(default, key = title)]
pub struct CourseData {
    /// The title.
    #[payload(key)]
    pub title: String,
    /// The code.
    #[payload(sensitive)]
    pub code: String,
    /// The room.
    #[payload(rename = "place")]
    pub room: String,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", pii, topic = "courses")]
pub struct CourseCreated {
    /// The course.
    #[event(minor_version = 1)]
    pub course: CourseData,
    /// The number.
    #[event(key)]
    pub number: i64,
    /// The author.
    #[event(optional)]
    pub author: String,
    /// The editor.
    #[event(deprecated)]
    pub editor: String,
}

fn main() {}
