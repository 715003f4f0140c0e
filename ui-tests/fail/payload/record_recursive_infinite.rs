// errors: 2
use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Who offers it.
    pub organization: Organization,
}

/// An organization.
#[payload]
pub struct Organization {
    /// Its best course.
    pub best: Option<CourseData>,
}

fn main() {}
