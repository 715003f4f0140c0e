//! The command line of a service in which two crates define the same event type.

use std::process::ExitCode;

use openedx_events::{management, prelude::*};

/// A number.
#[payload]
pub struct NumberData {
    /// The number.
    pub number: i64,
}

/// Sent when a number is drawn.
#[event(type = "com.example.lottery.number.drawn.v1")]
pub struct NumberDrawn {
    /// The number.
    pub drawn: NumberData,
}

mod other {
    use super::{NumberData, event};

    /// Sent when another number is drawn.
    #[event(type = "com.example.lottery.number.drawn.v1")]
    pub struct NumberDrawn {
        /// The number.
        pub drawn: NumberData,
    }
}

fn main() -> ExitCode {
    management::run()
}
