//! The command line for Open edX's own events.

use std::process::ExitCode;

fn main() -> ExitCode {
    openedx_events::management::run()
}
