use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The number.
    pub number: i64,
}

/// Sent when a course was deleted.
#[event(type = "com.example.learning.course.deleted.v1")]
pub struct CourseCreated {
    /// The number.
    pub number: i64,
}

#[receiver(COURSE_CREATED)]
fn notify(number: &i64) {
    println!("{number}");
}

fn main() {}
