// errors: 3
use openedx_events::prelude::*;

/// A learner.
#[payload(pii = true)]
pub struct LearnerData {
    /// The name.
    #[payload(pii(true))]
    pub name: String,
    /// The language.
    #[payload(default("none"))]
    pub language: String,
}

fn main() {}
