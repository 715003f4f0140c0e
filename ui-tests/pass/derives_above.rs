//! Derives above the attribute are allowed if the attribute does not implement the trait.

use openedx_events::prelude::*;

/// Not the payload's.
#[derive(Debug, Clone, PartialEq)]
struct Other;

/// A seat.
#[derive(Eq, Hash)]
#[payload]
pub struct SeatData {
    /// Its row.
    pub row: i64,
}

/// Sent while a seat is held.
#[derive(Clone)]
#[event(type = "com.example.learning.seat.held.v1", local_only = "holds a pointer")]
pub struct SeatHeld {
    /// The seat.
    pub seat: std::sync::Arc<SeatData>,
}

fn main() {
    let seat = SeatData::builder().row(1).build();
    assert_eq!(seat, seat.clone());
    let held = SeatHeld { seat: seat.into() };
    SEAT_HELD.send_event(held.clone());
    assert_eq!(Other, Other);
}
