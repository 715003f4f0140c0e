// errors: 9
use openedx_events::prelude::*;

/// Sent when the creation of a course is planned.
#[event(
    type = "com.example.learning.course.create.v1",
    action_not_past_tense = "the name is older than the rule"
)]
pub struct CourseCreate {
    /// The number.
    pub number: i64,
}

/// Sent when the creation of a lesson is planned.
#[event(type = "com.example.learning.lesson.create.v1", action_not_past_tense)]
pub struct LessonCreate {
    /// The number.
    pub number: i64,
}

/// Sent when the creation of a unit is planned.
#[event(
    type = "com.example.learning.unit.create.v1",
    waive(action_not_past_tense, reason = "the name is older than the rule")
)]
pub struct UnitCreate {
    /// The number.
    pub number: i64,
}

/// Sent when the creation of a room is planned.
#[event(
    type = "com.example.learning.room.create.v1",
    allow[action_not_past_tense, reason = "the name is older than the rule"]
)]
pub struct RoomCreate {
    /// The number.
    pub number: i64,
}

/// Sent when the creation of a seat is planned.
#[event(
    type = "com.example.learning.seat.create.v1"
    allow(action_not_past_tense, reason = "the name is older than the rule")
)]
pub struct SeatCreate {
    /// The number.
    #[event(field_data_suffix)]
    pub number_data: i64,
    /// The place.
    #[event(waive(field_data_suffix))]
    pub place_data: i64,
    /// The row.
    #[event(pii allow(field_data_suffix, reason = "the name is older than the rule"))]
    pub row_data: i64,
}

/// Sent when the creation of a desk is planned.
#[event(
    type = "com.example.learning.desk.create.v1",
    key = desk.,
    allow(action_not_past_tense, reason = "the name is older than the rule")
)]
pub struct DeskCreate {
    /// The number.
    pub desk: i64,
}

fn main() {}
