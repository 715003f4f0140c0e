use openedx_events::prelude::*;

/// A learner.
#[payload]
pub struct LearnerData {
    /// The name.
    #[payload(pii)]
    #[payload(pii)]
    pub name: String,
}

fn main() {}
