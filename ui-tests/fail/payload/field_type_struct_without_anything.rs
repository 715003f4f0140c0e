use openedx_events::prelude::*;

pub struct Organization {
    pub name: String,
}

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub organization: Organization,
}

fn main() {}
