use openedx_events::prelude::*;

/// Sent when a mark was given.
#[event(type = "com.example.learning.mark.given.v1")]
pub struct MarkGiven {
    /// The mark.
    pub mark: i64,
}
