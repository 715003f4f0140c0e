use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    pub title: String,
    /// What to learn before.
    pub prerequisite: Option<CourseData>,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.title)]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

#[receiver(COURSE_CREATED)]
fn notify(course: &CourseData) {
    let _ = &course.title;
}

fn main() {
    let course = CourseData::builder().title("Rust").build();
    COURSE_CREATED.send_event(CourseCreated { course });
}
