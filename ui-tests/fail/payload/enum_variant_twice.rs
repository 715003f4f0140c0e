use openedx_events::prelude::*;

/// How a learner is enrolled.
#[payload]
pub enum Mode {
    Audit,
    Audit,
    #[payload(other)]
    Other(String),
}

/// A learner.
#[payload]
pub struct LearnerData {
    /// How the learner is enrolled.
    pub mode: Mode,
}

fn main() {}
