//! `crate = path`: a crate that re-exports this one under another name, and hides the original.

mod platform {
    pub mod events {
        pub use openedx_events::*;
    }
}

/// Hides the crate's own name from the code below.
mod openedx_events_is_not_here {
    use super::platform::events as facade;

    /// How it is paid for.
    #[facade::payload(crate = super::platform::events)]
    pub enum Mode {
        Audit,
        #[payload(other)]
        Other(String),
    }

    /// A large number.
    #[facade::payload(text, crate = facade)]
    pub struct Large(pub u128);

    /// A seat.
    #[facade::payload(crate = super::platform::events)]
    pub struct SeatData {
        /// Its number.
        pub number: i64,
        /// Who sits on it.
        #[payload(pii)]
        pub learner: Option<String>,
        /// How it is paid for.
        pub mode: Option<Mode>,
        /// A large number.
        pub large: Option<Large>,
    }

    /// Sent when a seat was taken.
    #[facade::event(
        type = "com.example.learning.seat.taken.v1",
        key = seat.number,
        crate = super::platform::events
    )]
    pub struct SeatTaken {
        /// The seat.
        pub seat: SeatData,
    }

    /// Sent while a seat is looked at.
    #[facade::event(
        type = "com.example.learning.seat.held.v1",
        local_only = "nobody else needs to know",
        crate = facade
    )]
    pub struct SeatHeld {
        /// The seat.
        pub seat: SeatData,
    }

    #[facade::receiver(SEAT_TAKEN, SEAT_HELD, crate = facade)]
    fn notify(seat: &SeatData, metadata: &facade::EventsMetadata) -> Result<(), std::fmt::Error> {
        let _ = (seat, metadata);
        Ok(())
    }
}

fn main() {
    use openedx_events_is_not_here::{SEAT_HELD, SEAT_TAKEN, SeatData, SeatHeld, SeatTaken};

    let seat = SeatData::builder().number(7).build();
    assert!(SEAT_TAKEN.send_event(SeatTaken { seat: seat.clone() }).all_ok());
    assert!(SEAT_HELD.send_event(SeatHeld { seat }).all_ok());
}
