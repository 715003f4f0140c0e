//! What is measured, a section of the documents each, and where the figures go.

mod consuming;
mod growth;
mod memory;
mod producing;
mod python;
mod rest;

use std::{
    fs,
    io::{self, Write},
};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::{
    Outcome,
    event::Size,
    options::Options,
    place::Place,
    process,
    rounds::{self, Participant},
    table::{Table, at_least, rate, ratio},
};

/// A section, as the command line names it.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Beside the client and redis-benchmark
    Producing,
    /// Beside the client
    Consuming,
    /// Beside the Python implementation
    Python,
    /// From few events and consumers to many
    Growth,
    /// Whether it grows with the number of events
    Memory,
    /// What processes do that have nothing to do
    Rest,
}

/// What a section found: tables under the names of their marks, and what charts are drawn of.
#[derive(Default)]
struct Found {
    tables: Vec<(&'static str, String)>,
    charts: Vec<(&'static str, Value)>,
}

/// Measures, prints, and keeps for the report what it found. Sections that are not measured keep their figures.
pub(crate) fn run(options: &Options) -> Outcome<()> {
    let mut out = io::stdout();
    let load_before = process::load();
    let place = Place::new(options)?;
    let mut figures = fs::read_to_string(&options.figures)
        .ok()
        .and_then(|text| serde_json::from_str::<Map<String, Value>>(&text).ok())
        .unwrap_or_default();
    let mut keep = |kind: &str, name: &str, value: Value| -> Outcome<()> {
        let of_kind = figures.entry(kind).or_insert_with(|| json!({}));
        of_kind[name] = value;
        Ok(fs::write(&options.figures, serde_json::to_string_pretty(&figures)?)?)
    };
    for section in options.sections() {
        let found = section.measure(&place)?;
        place.clear()?;
        for (name, table) in found.tables {
            writeln!(out, "{name}\n\n{table}")?;
            keep("tables", name, table.into())?;
        }
        for (name, chart) in found.charts {
            keep("charts", name, chart)?;
        }
    }
    let about = about(&place, &load_before)?;
    writeln!(out, "{about}")?;
    keep("tables", "bus_machine", about.into())?;
    Ok(writeln!(out, "kept in {}", options.figures.display())?)
}

impl Section {
    fn measure(self, place: &Place) -> Outcome<Found> {
        match self {
            Self::Producing => producing::measure(place),
            Self::Consuming => consuming::measure(place),
            Self::Python => python::measure(place),
            Self::Growth => growth::measure(place),
            Self::Memory => memory::measure(place),
            Self::Rest => rest::measure(place),
        }
    }
}

/// On what the figures were measured, and what else went on.
fn about(place: &Place, load_before: &str) -> Outcome<String> {
    let redis = place.server_says("server", "redis_version")?;
    let processors = std::thread::available_parallelism()?;
    let load = process::load();
    Ok(format!(
        "Redis {redis} on the same machine, which has {processors} processors; load average {load_before} when the run \
         began, and {load} when it ended (the run itself keeps both processors busy).\n"
    ))
}

/// A table of participants, by the size of the event. The first of them is ours, the second the floor of all ratios.
fn compare<'a>(
    rounds: usize,
    budget: Option<f64>,
    participants: impl Fn(Size) -> Outcome<Vec<Participant<'a>>>,
) -> Outcome<String> {
    const SIZES: [Size; 2] = [Size::Small, Size::Large];
    let mut labels = Vec::new();
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for size in SIZES {
        let mut participants = participants(size)?;
        let found = rounds::run(rounds, &mut participants)?;
        ratios.push(found.iter().map(|rates| rates.ratio(&found[1])).collect::<Vec<_>>());
        rates.push(found.iter().map(rounds::Rates::median).collect::<Vec<_>>());
        labels = participants.into_iter().map(|participant| participant.label).collect();
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
fn per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}
