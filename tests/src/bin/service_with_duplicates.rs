//! The command line of a service in which two crates have taken one event type.

use std::process::ExitCode;

use openedx_events::{management, prelude::*};

/// A number of one crate.
#[payload]
pub struct NumberData {
    /// The number.
    pub number: i64,
}

/// Sent when a number was drawn.
#[event(type = "com.example.lottery.number.drawn.v1")]
pub struct NumberDrawn {
    /// The number.
    pub drawn: NumberData,
}

mod other {
    use super::{NumberData, event};

    /// Sent when a number was drawn elsewhere.
    #[event(type = "com.example.lottery.number.drawn.v1")]
    pub struct NumberDrawn {
        /// The number.
        pub drawn: NumberData,
    }
}

fn main() -> ExitCode {
    management::run()
}
