//! The command line of a program with the catalogue and without receivers. With `OWN_LOG` in the environment, it installs its
//! own log and prints it at the end.

// Include only this file, because its crate defines events.
#[path = "../log.rs"]
#[allow(unreachable_pub, reason = "its crate exports it")]
mod log;

use std::{env, process::ExitCode};

use log::Lines;
use openedx_events::management;

fn main() -> ExitCode {
    if env::var_os("OWN_LOG").is_none() {
        return management::run();
    }
    let lines = Lines::default();
    tracing::subscriber::set_global_default(lines.subscriber(tracing::Level::INFO)).expect("set once");
    let code = management::run();
    lines.with("").iter().for_each(|line| println!("{line}"));
    code
}
