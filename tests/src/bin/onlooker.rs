//! The command line of a program that has Open edX's own events, and no receivers.

use std::process::ExitCode;

fn main() -> ExitCode {
    openedx_events::management::run()
}
