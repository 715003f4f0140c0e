//! The sections of `BENCHMARKS.md`, a file each, and the figures they produce.

mod batches;
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
    environment::Environment,
    event::Size,
    figures::Figures,
    options::{Options, Section},
    process,
    rounds::{self, Contestant},
    table::{Table, at_least, rate, ratio},
};

/// The tables of a section, by the names of their marks in `BENCHMARKS.md`.
type Tables = Vec<(&'static str, String)>;

/// Measures, prints the tables, and writes them to the file of figures. Sections that are not measured keep their figures.
pub(crate) fn run(options: &Options) -> Result<()> {
    let load_before = process::load();
    let environment = Environment::new(options)?;
    let mut figures = Figures::open(&options.figures);
    for section in options.sections() {
        let tables = measure(section, &environment)?;
        environment.clear()?;
        for (name, table) in tables {
            figures.write(name, table)?;
        }
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

/// Compares contestants for both sizes of the event. The first is ours; ratios are relative to the second.
fn compare<'a>(
    rounds: usize,
    budget: Option<f64>,
    contestants: impl Fn(Size) -> Result<Vec<Contestant<'a>>>,
) -> Result<String> {
    const SIZES: [Size; 2] = [Size::Small, Size::Large];
    let mut labels = Vec::new();
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for size in SIZES {
        let mut contestants = contestants(size)?;
        let results = rounds::run(rounds, &mut contestants)?;
        ratios.push(results.iter().map(|rates| rates.ratio(&results[1])).collect::<Vec<_>>());
        rates.push(results.iter().map(rounds::Rates::median).collect::<Vec<_>>());
        labels = contestants.into_iter().map(|contestant| contestant.label).collect();
    }
    let [small, large] = SIZES.map(Size::label);
    let mut table =
        Table::new(&["", &format!("ratio, {small}"), large, "budget", &format!("rate, {small}"), large]);
    for (index, label) in labels.into_iter().enumerate() {
        let [small, large] = [ratios[0][index], ratios[1][index]];
        let budget = budget.filter(|_| index == 0).map(|budget| at_least(budget, small.min(large)));
        table.row(&[
            label,
            ratio(small),
            ratio(large),
            budget.unwrap_or_default(),
            rate(rates[0][index]),
            rate(rates[1][index]),
        ]);
    }
    Ok(table.into_text())
}

#[allow(clippy::cast_precision_loss)]
pub(crate) fn per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}
