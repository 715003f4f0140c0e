// errors: 8
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v1",
    allow(type_hyphen, reason: "published under this name"),
    allow(type_missing_version, "published under this name"),
    allow(name_contains_event, because = "published under this name"),
    allow(action_not_past_tense, key_is_pii, reason = "published under this name")
)]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a seat was taken.
#[event(
    type = "com.example.learning.seat.taken.v1",
    allow = type_hyphen,
    allow(type_missing_version),
    allow(type_unknown_subdomain, reason = ""),
    allow(name_mismatch, reason = "published under this name"),
    allow(name_mismatch, reason = "published under this name")
)]
pub struct SeatOccupied {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
