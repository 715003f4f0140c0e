use openedx_events::prelude::*;

/// How a learner takes part.
#[payload]
#[derive(Debug, Clone, Copy)]
pub enum CourseMode {
    /// Without a certificate.
    Audit,
}

/// A course, in which the mode is no second mistake.
#[payload]
pub struct CourseData {
    /// Its mode.
    pub mode: CourseMode,
    /// Its other modes.
    pub others: Vec<CourseMode>,
}

fn main() {}
