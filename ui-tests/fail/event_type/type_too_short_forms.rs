// errors: 6
use openedx_events::prelude::*;

/// Sent when it happened.
#[event(type = "openedx.learning.course.enrollment.created.v1")]
pub struct CourseEnrollmentCreated {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "learning.desk.moved.v1")]
pub struct DeskMoved {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "example.learning.office.chair.moved.v1")]
pub struct OfficeChairMoved {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "lamp_moved")]
pub struct LampMoved {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "org.openedx.enterprise.moved.v2")]
pub struct WallClockMovedV2 {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "uni.authz.moved")]
pub struct Moved {
    /// Which one.
    pub id: i64,
}

fn main() {}
