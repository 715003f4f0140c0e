use openedx_events::prelude::*;

/// A learner.
#[payload]
pub struct LearnerData {
    /// The name.
    #[payload(PII)]
    pub name: String,
}

fn main() {}
