// errors: 9
use openedx_events::prelude::*;

/// Sent when a course is to be created.
#[event(
    type = "com.example.learning.course.create.v1",
    action_not_past_tense = "the name is older than the rule"
)]
pub struct CourseCreate {
    /// The number.
    pub number: i64,
}

/// Sent when a lesson is to be created.
#[event(type = "com.example.learning.lesson.create.v1", action_not_past_tense)]
pub struct LessonCreate {
    /// The number.
    pub number: i64,
}

/// Sent when a unit is to be created.
#[event(
    type = "com.example.learning.unit.create.v1",
    waive(action_not_past_tense, reason = "the name is older than the rule")
)]
pub struct UnitCreate {
    /// The number.
    pub number: i64,
}

/// Sent when a room is to be created.
#[event(
    type = "com.example.learning.room.create.v1",
    allow[action_not_past_tense, reason = "the name is older than the rule"]
)]
pub struct RoomCreate {
    /// The number.
    pub number: i64,
}

/// Sent when a seat is to be created.
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

/// Sent when a desk is to be created.
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
