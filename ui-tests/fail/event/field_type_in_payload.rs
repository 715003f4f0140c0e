use std::rc::Rc;

use openedx_events::prelude::*;

/// A seat.
#[payload]
pub struct SeatData {
    /// Which one.
    pub number: i64,
    /// What is written on it.
    pub label: Rc<String>,
}

/// Sent when a learner has taken a seat.
#[event(type = "com.example.learning.seat.taken.v1", key = seat.number)]
pub struct SeatTaken {
    /// Which seat.
    pub seat: SeatData,
}

fn main() {}
