use openedx_events::prelude::*;

mod that {
    /// A course.
    #[openedx_events::payload]
    pub struct CourseData {
        /// Its number.
        pub number: i64,
    }
}

/// A course.
#[payload]
pub struct CourseData {
    /// The run before this one.
    pub before: Option<that::CourseData>,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// Which course.
    pub course: CourseData,
}

fn main() {}
