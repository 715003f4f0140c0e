// errors: 4
use openedx_events::prelude::*;

/// A course.
#[derive(
    Debug,
    Clone, // for the tests
)]
#[payload]
pub struct CourseData {
    /// The title.
    pub title: String,
}

/// A lesson.
#[derive(Debug)] // for the tests
#[payload(pii)]
pub struct LessonData {
    /// The title.
    pub title: String,
}

/// A unit.
#[derive(PartialEq)] #[payload] pub struct UnitData {
    /// The title.
    pub title: String,
}

#[derive(Debug /* for
    the tests */, Default)]
/** A room. */
#[cfg_attr(not(test), allow(missing_docs))]
#[payload]
pub struct RoomData {
    /// The number.
    pub number: i64,
}

fn main() {
    let course = CourseData::builder().title("Odes").build();
    let CourseDataFields { title } = course.to_builder().build().into_fields();
    println!("{title} {}", serde_json::to_string(&course).unwrap());
}
