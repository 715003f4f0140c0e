//! Measures the event bus on Kafka: producing and consuming, compared with the plain client and the Python implementation.
//!
//! `cargo run --release --features kafka --manifest-path runtime/benches/bus/Cargo.toml -- kafka` measures everything. It starts
//! Kafka and a schema registry, unless `KAFKA_BOOTSTRAP` and `SCHEMA_REGISTRY_URL` say where they are.
//!
//! As on Redis, each participant is a process that reads its orders line by line ([`work`]), and participants take turns. The plain
//! client sends the bytes and headers of a record that our producer has written.

mod consuming;
mod lanes;
mod latency;
mod memory;
mod participant;
mod producing;
mod records;
mod servers;
pub(crate) mod work;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{Result, figures::Figures, options::default_figures, process, python::find_python, table::Table};
use records::Template;
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
    #[arg(long, default_value_os_t = default_figures())]
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

type Tables = Vec<(&'static str, String)>;

/// The servers, the records that participants write and read, and the amount of work.
struct Bench {
    servers: Servers,
    template: Template,
    counts: Counts,
    python: Option<PathBuf>,
}

/// Measures, prints the tables, and writes them to the file of figures.
pub(crate) fn run(options: &Options) -> Result<()> {
    let load_before = process::load();
    let Some(servers) = Servers::start()? else {
        println!("NOT MEASURED: Kafka is not installed");
        return Ok(());
    };
    let template = Template::seed(&servers)?;
    let python = if options.without_python { None } else { find_python()? };
    let counts = if options.quick { Counts::QUICK } else { Counts::FULL };
    let mut bench = Bench { servers, template, counts, python };
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
        for (name, table) in tables {
            figures.write(name, table)?;
        }
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

/// Writes a row of a comparison with Python.
fn python_row(table: &mut Table, label: &str, budget: f64, rates: [&crate::rounds::Rates; 2]) {
    use crate::table::{at_least, rate, ratio};
    let [ours, python] = rates;
    let times = ours.ratio(python);
    table.row(&[
        label.to_owned(),
        ratio(times),
        at_least(budget, times),
        rate(ours.median()),
        rate(python.median()),
    ]);
}

fn python_table() -> Table {
    Table::new(&["", "ratio", "budget", "ours", "Python"])
}

struct Counts {
    rounds: usize,
    /// For work with a round trip per event.
    short_rounds: usize,
    /// Events per round with a round trip for each event.
    one_at_a_time: u64,
    /// Events per round of a producer in the background.
    produced: u64,
    /// Events per round of a consumer.
    consumed: u64,
    /// Events per round for Python.
    python: u64,
    /// Events for lanes of receivers that take 5 ms.
    slow: u64,
    /// Events at 1,000 a second.
    paced: u64,
    /// The two numbers of events between which memory must not grow.
    memory: [u64; 2],
}

impl Counts {
    const FULL: Self = Self {
        rounds: 9,
        short_rounds: 15,
        one_at_a_time: 2_000,
        produced: 150_000,
        consumed: 300_000,
        python: 5_000,
        slow: 150_000,
        paced: 8_000,
        memory: [100_000, 1_000_000],
    };
    const QUICK: Self = Self {
        rounds: 1,
        short_rounds: 1,
        one_at_a_time: 100,
        produced: 5_000,
        consumed: 5_000,
        python: 200,
        slow: 10_000,
        paced: 500,
        memory: [2_000, 10_000],
    };
}
