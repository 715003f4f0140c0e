use openedx_events::prelude::*;

/// A cloud.
#[payload]
pub struct CloudEvent {
    /// The text.
    pub text: String,
}

/// Sent when a cloud was seen.
#[event(type = "com.example.learning.cloud.seen.v1")]
pub struct CloudSeen {
    /// The cloud.
    pub cloud: CloudEvent,
}

fn main() {}
