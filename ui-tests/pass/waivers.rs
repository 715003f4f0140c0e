//! Every convention can be waived, with a reason.

use openedx_events::prelude::*;

/// Waives `type_hyphen`.
#[event(
    type = "org.openedx.enterprise.learner.redemption-reversed.v1",
    allow(type_hyphen, reason = "published under this name")
)]
pub struct LearnerRedemptionReversed {
    /// Number of the redemption.
    pub redemption: i64,
}

/// Waives `type_missing_version`.
#[event(
    type = "com.example.learning.course.opened",
    allow(type_missing_version, reason = "older than the rule")
)]
pub struct CourseOpened {
    /// Number of the course.
    pub course: i64,
}

/// Waives `type_unknown_subdomain`.
#[event(
    type = "org.openedx.experiments.course.tried.v1",
    allow(type_unknown_subdomain, reason = "not for other services yet")
)]
pub struct CourseTried {
    /// Number of the course.
    pub course: i64,
}

/// Waives `name_mismatch`.
#[event(
    type = "com.example.learning.course.closed.v1",
    name = "CLASS_CLOSED",
    allow(name_mismatch, reason = "the service says class")
)]
pub struct CourseClosed {
    /// Number of the course.
    pub course: i64,
}

/// Waives `name_contains_event`.
#[event(
    type = "com.example.learning.calendar_event.moved.v1",
    allow(name_contains_event, reason = "calendars have events, too")
)]
pub struct CalendarEventMoved {
    /// Number of the entry.
    pub entry: i64,
}

/// Waives `action_not_past_tense`, and another rule with it.
#[event(
    type = "com.example.learning.page-view.start.v1",
    allow(action_not_past_tense, reason = "published under this name"),
    allow(type_hyphen, reason = "published under this name")
)]
pub struct PageViewStart {
    /// Number of the page.
    pub page: i64,
}

/// Waives `field_data_suffix` and `field_flow_control`.
#[event(type = "com.example.learning.grade.changed.v1")]
pub struct GradeChanged {
    /// Number of the grade.
    #[event(allow(field_data_suffix, reason = "published under this name"))]
    pub grade_data: i64,
    /// Whether the course was forced open.
    #[event(
        pii,
        default,
        allow(field_flow_control, reason = "says what was done, and not what to do")
    )]
    pub force: bool,
}

/// Waives `key_is_pii`.
#[event(
    type = "com.example.learning.role.given.v1",
    key = role.username,
    allow(key_is_pii, reason = "published with this key")
)]
pub struct RoleGiven {
    /// The role and its owner.
    pub role: RoleData,
}

/// A role.
#[payload]
pub struct RoleData {
    /// The borrower.
    #[payload(pii)]
    pub username: String,
}

fn main() {
    assert_eq!(CLASS_CLOSED.event_type(), "com.example.learning.course.closed.v1");
}
