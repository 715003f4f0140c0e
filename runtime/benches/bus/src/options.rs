//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::{figures, worker::Task};

/// Measures the event bus on Redis; with the feature `kafka`, the command `kafka` measures it on Kafka
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The sections to measure; all of them by default
    pub(crate) sections: Vec<Section>,
    /// Use few events, to check that the program works
    #[arg(long)]
    pub(crate) quick: bool,
    /// Do not measure Python
    #[arg(long)]
    pub(crate) without_python: bool,
    /// The file for the figures, which `report` reads
    #[arg(long, default_value_os_t = figures::default_file())]
    pub(crate) figures: PathBuf,
}

/// A section of `BENCHMARKS.md`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Compare with the client and redis-benchmark
    Producing,
    /// Compare with the client
    Consuming,
    /// Compare with the Python implementation
    Python,
    /// The cost of an event as events and consumers become more
    Growth,
    /// Memory as the number of events grows
    Memory,
    /// The cost of idle processes
    Rest,
    /// Receivers that take time, on more and more lanes
    Lanes,
    /// A consumer that starts with pending entries
    Restart,
    /// Replaying dead letters
    Replaying,
    /// The time from producer to receiver
    Latency,
    /// Batches against single delivery, into receivers with a fixed cost a call
    Batches,
}

/// The other server, and the commands with which the program starts itself.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run as a participant, which takes orders
    #[command(hide = true)]
    Work(Task),
    /// Measure the event bus on Kafka
    #[cfg(feature = "kafka")]
    Kafka(crate::kafka::Options),
    /// Run as a participant on Kafka
    #[cfg(feature = "kafka")]
    #[command(hide = true)]
    KafkaWork(crate::kafka::work::Task),
}

impl Options {
    /// The requested sections, in the order of `BENCHMARKS.md`.
    pub(crate) fn sections(&self) -> impl Iterator<Item = Section> {
        let all = Section::value_variants().iter().copied();
        all.filter(|section| self.sections.is_empty() || self.sections.contains(section))
    }
}
