use openedx_events::prelude::*;

/// A learner.
#[payload]
pub struct LearnerData {
    /// The name.
    #[pii]
    pub name: String,
}

fn main() {}
