//! The string of `#[doc = …]` may be an expression that only the compiler can evaluate.
#![deny(warnings, missing_docs)]

use openedx_events::{prelude::*, registry};

macro_rules! seat_event {
    ($docs:expr, $name:ident, $event_type:literal) => {
        #[doc = $docs]
        #[event(type = $event_type)]
        pub struct $name {
            /// Which one,
            #[doc = concat!("of ", 40, ",")]
            /// was meant.
            pub seat: i64,
        }
    };
}

seat_event!("Sent when a seat is taken.", SeatTaken, "com.example.learning.seat.taken.v1");
seat_event!(concat!("Sent when a seat", " is left."), SeatLeft, "com.example.learning.seat.left.v1");

fn main() {
    let taken = registry::get("com.example.learning.seat.taken.v1").unwrap();
    assert_eq!(taken.docs(), "Sent when a seat is taken.");
    let left = registry::get("com.example.learning.seat.left.v1").unwrap();
    assert_eq!(left.docs(), "Sent when a seat is left.");
    assert_eq!(left.data().next().unwrap().docs(), "Which one,\nof 40,\nwas meant.");
}
