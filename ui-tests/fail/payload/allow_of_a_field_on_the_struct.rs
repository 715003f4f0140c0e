use openedx_events::prelude::*;

/// A course.
#[payload(allow(field_flow_control, reason = "published under this name"))]
pub struct CourseData {
    /// Whether to run without asking.
    pub force: bool,
}

fn main() {}
