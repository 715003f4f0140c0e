// errors: 3
use openedx_events::payload;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    pub title: String,
}

fn assign(course: &mut CourseData) {
    course.title = "Demo".to_owned();
}

fn build() -> CourseData {
    CourseData { title: "Demo".to_owned() }
}

fn take_apart(course: CourseData) -> String {
    let CourseData { title, .. } = course;
    title
}

fn main() {}
