use openedx_events::prelude::*;

mod this {
    /// A course.
    #[openedx_events::payload]
    pub struct CourseData {
        /// Title of the course.
        pub title: String,
    }
}

mod that {
    /// A course.
    #[openedx_events::payload]
    pub struct CourseData {
        /// Number of the course.
        pub number: i64,
    }
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The course.
    pub course: this::CourseData,
    /// Another course.
    pub other: that::CourseData,
}

fn main() {}
