use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    pub title: String,
    /// How many learners fit in.
    #[cfg(test)]
    pub seats: i64,
}

fn main() {
    let _ = CourseData::builder().title("Rust").build();
}
