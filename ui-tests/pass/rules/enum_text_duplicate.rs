use openedx_events::prelude::*;

/// How a learner is enrolled.
#[payload]
pub enum Mode {
    #[payload(text = "no-id-professional")]
    NoIdProfessional,
    Professional,
    #[payload(other)]
    Other(String),
}
