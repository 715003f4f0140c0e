use openedx_events::prelude::*;

/// Sent when a learner has taken a seat.
#[event(type = "com.example.learning.seat.taken.v1")]
pub struct SeatTaken {
    /// What is written on the seat.
    pub label: Option<String>,
}

#[receiver(SEAT_TAKEN)]
fn note(label: Option<&str>) {
    println!("{label:?}");
}

fn main() {}
