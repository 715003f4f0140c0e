use openedx_events::prelude::*;

/// A learner.
#[payload]
pub struct LearnerData {
    /// What the field holds.
    #[cfg_attr(debug_assertions, payload(pii))]
    pub name: String,
}

fn main() {}
