//! The command line of a program that has Open edX's own events, and no receivers; with `OWN_LOG` in its environment, a
//! program that has a log, and prints it in the end.

// The file alone: the crate that it is of has events.
#[path = "../conformance/lines.rs"]
#[allow(unreachable_pub, reason = "that crate exports what is in it")]
mod lines;

use std::{env, process::ExitCode};

use lines::Lines;
use openedx_events::management;

fn main() -> ExitCode {
    if env::var_os("OWN_LOG").is_none() {
        return management::run();
    }
    let lines = Lines::default();
    tracing::subscriber::set_global_default(lines.clone()).expect("there is no other");
    let code = management::run();
    lines.with("").iter().for_each(|line| println!("{line}"));
    code
}
