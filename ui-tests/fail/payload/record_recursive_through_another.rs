use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Organization that offers the course.
    pub organization: Organization,
}

/// An organization.
#[payload]
pub struct Organization {
    /// The courses that it offers.
    pub courses: Vec<CourseData>,
}

fn main() {}
