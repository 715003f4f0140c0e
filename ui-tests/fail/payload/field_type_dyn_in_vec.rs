use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The parts.
    pub parts: Vec<dyn std::fmt::Debug>,
}

fn main() {}
