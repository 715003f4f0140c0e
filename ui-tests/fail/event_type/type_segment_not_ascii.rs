// errors: 5
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com．example．learning．course．created．v1")]
pub struct CourseCreated {
    /// The number.
    pub number: i64,
}

/// Sent when a lesson was created.
#[event(type = "com.example.learning.lesson.created.v１")]
pub struct LessonCreated {
    /// The number.
    pub number: i64,
}

/// Sent when a unit was created.
#[event(type = "com.example.learning.unit.creat\u{200b}ed.v1")]
pub struct UnitCreated {
    /// The number.
    pub number: i64,
}

/// Sent when a room was created.
#[event(type = "com.example.learning.größe.created.v1")]
pub struct RoomCreated {
    /// The number.
    pub number: i64,
}

/// Sent when a seat was created.
#[event(type = "com.example.learning.seat.created.v1", name = "SEAT＿CREATED")]
pub struct SeatCreated {
    /// The number.
    pub number: i64,
}

fn main() {}
