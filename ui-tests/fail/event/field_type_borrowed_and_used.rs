// errors: 2
use openedx_events::prelude::*;

/// A seat.
#[payload]
pub struct SeatData {
    /// The label.
    pub label: &'static str,
    /// Where it is.
    pub row: i64,
}

/// Sent when a learner has taken a seat.
#[event(type = "com.example.learning.seat.taken.v1", key = seat.row)]
pub struct SeatTaken {
    /// Which seat.
    pub seat: SeatData,
    /// Who took it.
    pub who: &str,
}

#[receiver(SEAT_TAKEN)]
fn note(seat: &SeatData, who: &str) {
    println!("{who} sits on {}", seat.label);
}

fn main() {
    let seat = SeatData::builder().label("3").row(1).build();
    SEAT_TAKEN.send_event(SeatTaken { seat: seat.clone(), who: "Ada" });
    SEAT_TAKEN.send_event(SeatTaken::builder().seat(seat).who("Ada").build());
}
