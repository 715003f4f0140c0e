use openedx_events::prelude::*;

/// Sent when a seat in a course was closed.
#[event(
    type = "com.example.learning.seat.closed.v1",
    key = number
)]
pub struct SeatClosed {
    /// Number of the seat.
    pub number: i64,
    /// Tags of the seat.
    pub tags: Vec<String>,
}
