use openedx_events::prelude::*;

/// A course.
#[payload]
pub enum CourseMode {
    /// Free.
    Audit,
}

fn main() {}
