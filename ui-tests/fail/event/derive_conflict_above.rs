use openedx_events::prelude::*;

/// Sent when a learner has taken a seat.
#[derive(Clone, PartialEq, Debug)]
#[event(type = "com.example.learning.seat.taken.v1")]
pub struct SeatTaken {
    /// Which seat.
    pub seat: i64,
}

#[receiver(SEAT_TAKEN)]
fn notify(seat: &i64) {
    let _ = seat;
}

fn main() {
    SEAT_TAKEN.send_event(SeatTaken::builder().seat(1).build().clone());
}
