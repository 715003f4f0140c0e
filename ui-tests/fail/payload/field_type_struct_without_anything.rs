use openedx_events::prelude::*;

pub struct Organization {
    pub name: String,
}

/// A course.
#[payload]
pub struct CourseData {
    /// Organization that offers the course.
    pub organization: Organization,
}

fn main() {}
