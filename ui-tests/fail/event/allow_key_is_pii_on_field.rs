use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = creator)]
pub struct CourseCreated {
    /// Who created it.
    #[event(pii, allow(key_is_pii, reason = "published with this key"))]
    pub creator: String,
}

fn main() {}
