use openedx_events::{learning::data::UserDataFields, prelude::*};

/// A course.
#[payload]
pub struct CourseData {
    /// The teacher.
    pub teacher: UserDataFields,
}

fn main() {}
