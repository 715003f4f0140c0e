//! The sections of `BENCHMARKS.md`, a file each, and the figures they produce.

mod batches;
mod comparison;
mod consuming;
mod growth;
mod lanes;
mod latency;
mod memory;
mod producing;
mod python;
mod replaying;
mod rest;
mod restart;

use crate::{
    Result,
    environment::{Counts, Environment},
    figures::{Figures, Tables},
    options::{Options, Section},
    process,
    python::find_python,
};

/// Measures, prints the tables, and writes them to the file of figures. Sections that are not measured keep their figures.
pub(crate) fn run(options: &Options) -> Result<()> {
    let load_before = process::load();
    let python = if options.without_python { None } else { find_python()? };
    let counts = if options.quick { Counts::QUICK } else { Counts::FULL };
    let environment = Environment::new(counts, python);
    let mut figures = Figures::open(&options.figures);
    for section in options.sections() {
        let tables = measure(section, &environment)?;
        environment.clear()?;
        figures.write_all(tables)?;
    }
    figures.write("bus_machine", machine(&environment, &load_before)?)?;
    println!("written to {}", options.figures.display());
    Ok(())
}

fn measure(section: Section, environment: &Environment) -> Result<Tables> {
    match section {
        Section::Producing => producing::measure(environment),
        Section::Consuming => consuming::measure(environment),
        Section::Python => python::measure(environment),
        Section::Growth => growth::measure(environment),
        Section::Memory => memory::measure(environment),
        Section::Rest => rest::measure(environment),
        Section::Lanes => lanes::measure(environment),
        Section::Restart => restart::measure(environment),
        Section::Replaying => replaying::measure(environment),
        Section::Latency => latency::measure(environment),
        Section::Batches => batches::measure(environment),
    }
}

/// Describes the machine and its load.
fn machine(environment: &Environment, load_before: &str) -> Result<String> {
    let redis = environment.info("server", "redis_version")?;
    let processors = std::thread::available_parallelism()?;
    let load = process::load();
    Ok(format!(
        "Redis {redis} ran on the same machine with {processors} processors. The load average was {load_before} at the \
         start and {load} at the end; the run itself keeps both processors busy.\n"
    ))
}
