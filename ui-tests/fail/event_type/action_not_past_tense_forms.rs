// errors: 5
use openedx_events::prelude::*;

/// Sent when it happened.
#[event(type = "com.example.learning.bed.reseed.v1")]
pub struct BedReseed {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.paper.shred.v1")]
pub struct PaperShred {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.learner.sign_up.v1")]
pub struct LearnerSignUp {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.seat.to_be_taken.v1")]
pub struct SeatToBeTaken {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.office.backgrounded_embed.v1")]
pub struct OfficeBackgroundedEmbed {
    /// Which one.
    pub id: i64,
}

fn main() {}
