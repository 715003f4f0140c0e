// errors: 10
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1.0")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a seat was taken.
#[event(type = "com.example.learning.seat.taken_v1")]
pub struct SeatTaken {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a book was lent.
#[event(type = "com.example.learning.v1.book.lent")]
pub struct BookLent {
    /// Which book.
    pub book_id: i64,
}

/// Sent when a room was closed.
#[event(type = "com.example.learning.room.closed.v0")]
pub struct RoomClosed {
    /// Which room.
    pub room_id: i64,
}

/// Sent when a lesson was moved.
#[event(type = "com.example.learning.lesson.moved.v1.v2")]
pub struct LessonMoved {
    /// Which lesson.
    pub lesson_id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.desk.moved.v07")]
pub struct DeskMovedV7 {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.chair.moved.v0.9")]
pub struct ChairMoved {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.lamp.moved.v1.0.0-rc.1")]
pub struct LampMoved {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.wall-clock.moved.V2")]
pub struct WallClockMovedV2 {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.v03.plant.moved")]
pub struct PlantMovedV3 {
    /// Which one.
    pub id: i64,
}

fn main() {}
