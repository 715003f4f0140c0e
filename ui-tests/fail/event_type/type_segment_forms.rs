// errors: 4
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning..course.created.v1")]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a seat was taken.
#[event(type = "com.example.learning.seat.taken.v1 ")]
pub struct SeatTaken {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a model was created.
#[event(type = "com.example.learning.3d_model.created.v1")]
pub struct ModelCreated {
    /// Which model.
    pub model_id: i64,
}

/// Sent when a book was lent; the `о` is Cyrillic.
#[event(type = "com.example.learning.bоok.lent.v1")]
pub struct BookLent {
    /// Which book.
    pub book_id: i64,
}

fn main() {}
