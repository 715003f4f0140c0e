// errors: 4
use openedx_events::prelude::*;

/// A learner.
#[payload(pii = true)]
pub struct LearnerData {
    /// The name.
    #[payload(pii(true))]
    pub name: String,
    /// The language.
    #[payload(default("none".to_owned()))]
    pub language: String,
}

/// A desk, which is not personal data.
#[payload(pii = false)]
pub struct DeskData {
    /// The number.
    pub number: i64,
}

fn main() {}
