use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// A type of another crate.
    pub kind: std::alloc::Layout,
}

fn main() {}
