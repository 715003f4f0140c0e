//! The command line.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand, ValueEnum};

use crate::{sections::Section, worker::Task};

/// Measures the event bus on Redis
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// What to measure; everything, unless said
    pub(crate) sections: Vec<Section>,
    /// Few events: whether it works, not what it costs
    #[arg(long)]
    pub(crate) quick: bool,
    /// Leaves Python out
    #[arg(long)]
    pub(crate) without_python: bool,
    /// Where the figures go, for the `report` of runtime/benches
    #[arg(long, default_value_os_t = figures())]
    pub(crate) figures: PathBuf,
}

/// What the program starts itself with.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// A participant, which works when it is told to
    #[command(hide = true)]
    Work(Task),
}

impl Options {
    /// The sections that were asked for, in the order of the documents.
    pub(crate) fn sections(&self) -> impl Iterator<Item = Section> {
        let all = Section::value_variants().iter().copied();
        all.filter(|section| self.sections.is_empty() || self.sections.contains(section))
    }
}

/// The folder that cargo builds in.
pub(crate) fn target() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::env::var_os("CARGO_TARGET_DIR").map_or(own, PathBuf::from)
}

fn figures() -> PathBuf {
    target().join("event_bus_bench.json")
}
