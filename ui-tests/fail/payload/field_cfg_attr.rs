use openedx_events::prelude::*;

/// A learner.
#[payload]
pub struct LearnerData {
    /// Name of the course.
    #[cfg_attr(debug_assertions, payload(pii))]
    pub name: String,
}

fn main() {}
