use openedx_events::prelude::*;

/// Sent when the seats of a course were counted.
#[event(type = "com.example.learning.seat.counted.v1")]
pub struct SeatCounted {
    /// Number of seats.
    pub count: i64,
}
