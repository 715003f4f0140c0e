use openedx_events::prelude::*;

type Id = u64;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub id: Id,
}

fn main() {}
