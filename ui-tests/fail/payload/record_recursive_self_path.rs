use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// What to learn before.
    pub prerequisite: Box<self::CourseData>,
}

fn main() {}
