use openedx_events::payload;

/// A course.
#[payload = "CourseData"]
pub struct CourseData {
    /// The title.
    pub title: String,
}

fn main() {}
