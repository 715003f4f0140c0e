//! Expansions need nothing of the prelude.

#![no_implicit_prelude]
#![deny(warnings)]

use ::openedx_events::{EventsMetadata, event, payload, receiver};
use ::std::{
    option::Option::{None, Some},
    result::Result::{self, Ok},
    string::String,
};

/// A seat.
#[payload]
pub struct SeatData {
    /// The number.
    pub number: i64,
    /// The label.
    #[payload(default)]
    pub label: String,
    /// The row, if there are rows.
    pub row: ::std::option::Option<i64>,
    /// Its kind.
    pub kind: Kind,
    /// Its position.
    pub position: Position,
}

/// A kind of seat.
#[payload]
pub enum Kind {
    /// A chair.
    Chair,
    /// Another kind.
    #[payload(other)]
    Other(String),
}

/// A position.
#[payload(text)]
pub struct Position(pub u64);

/// Sent when a seat was taken.
#[event(type = "com.example.learning.seat.taken.v1", key = seat.number)]
pub struct SeatTaken {
    /// The seat.
    pub seat: SeatData,
}

/// Sent while a seat is held.
#[event(type = "com.example.learning.seat.held.v1", local_only = "times have no Avro form")]
pub struct SeatHeld {
    /// For how long.
    pub time: ::std::time::Duration,
}

#[receiver(SEAT_TAKEN)]
fn notify(seat: &SeatData, metadata: &EventsMetadata, from_event_bus: bool) -> Result<(), String> {
    let _ = (seat, metadata, from_event_bus);
    Ok(())
}

fn main() {
    let seat = SeatData::builder().number(1).row(Some(1)).kind(Kind::Chair).position(Position(1)).build();
    let seat = seat.to_builder().row(None).build();
    ::std::assert!(SEAT_TAKEN.send_event(SeatTaken { seat }).all_ok());
}
