use openedx_events::prelude::*;

/// How a learner is enrolled.
#[payload]
pub enum Mode {
    Audit,
    Verified,
    #[payload(other)]
    Other(String),
}
