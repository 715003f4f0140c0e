use std::cell::RefCell;

use openedx_events::prelude::*;

/// Sent when a learner has taken a seat.
#[event(type = "com.example.learning.seat.taken.v1")]
pub struct SeatTaken {
    /// Who sat there before.
    pub before: RefCell<String>,
}

fn main() {}
