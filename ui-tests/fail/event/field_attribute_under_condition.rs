// errors: 2
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The number.
    #[cfg_attr(test, event(default))]
    pub number: i64,
    /// The author.
    #[cfg_attr(not(test), event(pii))]
    pub author: String,
}

fn main() {}
