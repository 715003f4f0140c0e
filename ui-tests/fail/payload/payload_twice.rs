// errors: 2
use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    pub title: String,
}

/// A lesson.
#[payload]
pub struct CourseData {
    /// The number.
    pub number: i64,
}

/// A unit.
#[payload]
pub struct UnitData {
    /// The title.
    pub title: String,
}

#[derive(Debug, Clone)]
struct UnitData {
    number: i64,
}

fn main() {
    println!("{:?}", CourseData::builder().title("Odes").build());
}
