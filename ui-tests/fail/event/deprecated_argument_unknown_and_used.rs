use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v1",
    deprecated(since = "2", note = "use LESSON_CREATED", by = "the team")
)]
pub struct CourseCreated {
    /// The number.
    pub number: i64,
}

#[receiver(COURSE_CREATED)]
fn notify(number: &i64) {
    println!("{number}");
}

fn main() {
    COURSE_CREATED.send_event(CourseCreated { number: 1 });
}
