//! Measures the event bus on Redis: producing and consuming, compared with the plain client, `redis-benchmark` and the
//! Python implementation. Everything runs against one server, which this program starts.
//!
//! `cargo run --release --manifest-path runtime/benches/bus/Cargo.toml` measures everything in about ten minutes. To
//! measure some sections only, name them after `--`. With `--features kafka`, the command `kafka` does the same on Kafka.
//! `BENCHMARKS.md` lists the figures and explains them.
//!
//! Each participant is a separate process that reads its orders line by line ([`worker`]). The participants take turns, so
//! that other load on the machine affects all of them alike. The program reads `/proc` and therefore needs Linux.

mod affinity;
mod environment;
mod event;
mod figures;
#[cfg(feature = "kafka")]
mod kafka;
mod options;
mod participant;
mod process;
mod python;
mod rounds;
mod sections;
mod table;
mod worker;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use options::{Command, Options};

/// Every error ends the run.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.command {
        Some(Command::Work(task)) => worker::work(task),
        #[cfg(feature = "kafka")]
        Some(Command::Kafka(options)) => kafka::run(options),
        #[cfg(feature = "kafka")]
        Some(Command::KafkaWork(task)) => kafka::work::work(task),
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
