use openedx_events::prelude::*;

/// Sent when a letter was sent.
#[event(type = "com.example.learning.letter.sent.v1")]
pub struct LetterSent {
    /// Author of the letter.
    #[event(pii)]
    pub author: String,
}
