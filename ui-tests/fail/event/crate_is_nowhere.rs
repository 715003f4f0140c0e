use openedx_events::prelude::*;

/// Sent when a learner has taken a seat.
#[event(type = "com.example.learning.seat.taken.v1", key = seat, crate = events)]
pub struct SeatTaken {
    /// Which seat.
    pub seat: i64,
}

fn main() {}
