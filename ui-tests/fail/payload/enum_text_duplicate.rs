use openedx_events::prelude::*;

/// How a learner is enrolled.
#[payload]
pub enum Mode {
    NoIdProfessional,
    #[payload(text = "no_id_professional")]
    Professional,
    #[payload(other)]
    Other(String),
}

fn main() {}
