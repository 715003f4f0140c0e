// errors: 8
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v1",
    allow(type_hyphen, reason = "published under this name"),
    allow(type_missing_version, reason = "published under this name"),
    allow(type_unknown_subdomain, reason = "published under this name"),
    allow(name_mismatch, reason = "published under this name"),
    allow(name_contains_event, reason = "published under this name"),
    allow(action_not_past_tense, reason = "published under this name"),
    allow(key_is_pii, reason = "published with this key")
)]
pub struct CourseCreated {
    /// Key of the course.
    #[event(allow(field_data_suffix, reason = "published under this name"))]
    pub course_key: CourseKey,
}

fn main() {}
