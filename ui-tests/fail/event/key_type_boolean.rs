use openedx_events::prelude::*;

/// Sent when a learner has taken a seat.
#[event(type = "com.example.learning.seat.taken.v1", key = is_last)]
pub struct SeatTaken {
    /// Whether there is no other.
    pub is_last: bool,
}

fn main() {}
