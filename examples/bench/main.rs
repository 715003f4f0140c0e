//! What the event bus on Redis costs: producing and consuming beside the raw client, `redis-benchmark` and Python's
//! implementation, all in one run and on one server, which this program starts itself.
//!
//! `cargo run --release -p openedx-events-examples --example bench` measures everything, which takes about ten minutes;
//! names of sections after `--` measure only those. `BENCHMARKS.md` says what the figures mean, and has them.
//!
//! Each participant is a process of its own that gets its orders by lines ([`worker`]), and participants take turns, so
//! that what else the machine does meets all of them. It looks into `/proc`, so it needs Linux.

mod event;
mod options;
mod peers;
mod place;
mod placed;
mod process;
mod rounds;
mod sections;
mod table;
mod worker;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use options::{Command, Options};

/// Whatever goes wrong ends the run.
type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.command {
        Some(Command::Work(task)) => worker::work(task),
        None => sections::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
