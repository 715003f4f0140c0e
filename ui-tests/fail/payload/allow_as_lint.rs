use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Whether to run without asking.
    #[allow(field_flow_control)]
    pub force: bool,
}

fn main() {}
