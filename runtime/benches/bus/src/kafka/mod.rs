//! Measures the event bus on Kafka: producing and consuming, compared with the plain client and the Python implementation.
//!
//! `cargo run --release --features kafka --manifest-path runtime/benches/bus/Cargo.toml -- kafka` measures everything. It starts
//! Kafka and a schema registry, unless `KAFKA_BOOTSTRAP` and `SCHEMA_REGISTRY_URL` say where they are.
//!
//! As on Redis, each participant is a process that reads its orders line by line ([`work`]), and participants take turns. The plain
//! client sends the bytes and headers of a record that our producer has written.

mod bench;
mod comparison;
mod consuming;
mod counts;
mod lanes;
mod latency;
mod memory;
mod producing;
mod records;
mod servers;
pub(crate) mod work;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{
    Result,
    figures::{self, Figures},
    process,
    python::find_python,
};
use bench::Bench;
use counts::Counts;
use servers::Servers;

/// Measures the event bus on Kafka
#[derive(Args)]
pub(crate) struct Options {
    /// The sections to measure; all of them by default
    sections: Vec<Section>,
    /// Use few events, to check that the program works
    #[arg(long)]
    quick: bool,
    /// Do not measure Python
    #[arg(long)]
    without_python: bool,
    /// The file for the figures, which `report` reads
    #[arg(long, default_value_os_t = figures::default_file())]
    figures: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Section {
    /// Compare with the client and Python
    Producing,
    /// Compare with the client and Python
    Consuming,
    /// Receivers that take 5 ms, in 64 lanes
    Lanes,
    /// The time from the producer to the receiver
    Latency,
    /// Memory as the number of events grows
    Memory,
}

/// Measures, prints the tables, and writes them to the file of figures.
pub(crate) fn run(options: &Options) -> Result<()> {
    let load_before = process::load();
    let Some(servers) = Servers::start()? else {
        println!("NOT MEASURED: Kafka is not installed");
        return Ok(());
    };
    let python = if options.without_python { None } else { find_python()? };
    let counts = if options.quick { Counts::QUICK } else { Counts::FULL };
    let mut bench = Bench::new(servers, counts, python)?;
    let mut figures = Figures::open(&options.figures);
    for &section in Section::value_variants() {
        if !options.sections.is_empty() && !options.sections.contains(&section) {
            continue;
        }
        let tables = match section {
            Section::Producing => producing::measure(&bench),
            Section::Consuming => consuming::measure(&bench),
            Section::Lanes => lanes::measure(&bench),
            Section::Latency => latency::measure(&bench),
            Section::Memory => memory::measure(&bench),
        }?;
        bench.servers.delete_topics();
        figures.write_all(tables)?;
    }
    figures.write("kafka_machine", machine(&load_before)?)?;
    println!("written to {}", options.figures.display());
    Ok(())
}

fn machine(load_before: &str) -> Result<String> {
    let processors = std::thread::available_parallelism()?;
    let load = process::load();
    Ok(format!(
        "Kafka ran on the same machine with {processors} processors. The load average was {load_before} at the start and {load} at \
         the end; the run itself keeps both processors busy.\n"
    ))
}
