// errors: 5
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

fn main() {}
