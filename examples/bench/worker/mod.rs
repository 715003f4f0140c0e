//! A participant: a process that does one kind of work whenever it gets an order, and says how long it took.
//!
//! An order is a line of JSON on its standard input, the answer one on its standard output; the first line, `{}`, says
//! that it is ready. `tests/interop/bench.py` is the same in Python.

mod client;
mod ours;
mod protocol;

use std::io::{self, BufRead, Write};

use clap::{Args, ValueEnum};
use serde_json::json;

pub(crate) use client::entry_fields;
pub(crate) use protocol::{Answer, Order};

use crate::{Outcome, event::Size, process};

/// What a participant does, and with what.
#[derive(Args)]
pub(crate) struct Task {
    pub(crate) work: Work,
    #[arg(long)]
    pub(crate) url: String,
    #[arg(long)]
    pub(crate) topic: String,
    #[arg(long)]
    pub(crate) size: Size,
}

/// The kinds of work.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    Encode,
    Decode,
    Send,
    /// Sends events with a route, each confirmed by the server
    Produce,
    /// The same, delivered in the background
    ProduceInBackground,
    Consume,
    /// The client alone: a loop of XADD
    ClientProduce,
    /// The client alone: a loop of XREADGROUP and XACK
    ClientConsume,
}

impl Work {
    /// What the command line calls it.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Carries out an order.
type Worker = Box<dyn FnMut(&Order) -> Outcome<()>>;

/// Works until there are no more orders.
pub(crate) fn work(task: &Task) -> Outcome<()> {
    let mut worker = worker(task)?;
    let mut out = io::stdout();
    writeln!(out, "{}", json!({}))?;
    for line in io::stdin().lock().lines() {
        let order: Order = serde_json::from_str(&line?)?;
        let began = process::Usage::now();
        worker(&order)?;
        writeln!(out, "{}", serde_json::to_string(&Answer::since(&began))?)?;
    }
    Ok(())
}

fn worker(task: &Task) -> Outcome<Worker> {
    match task.work {
        Work::Encode => ours::encode(task.size),
        Work::Decode => ours::decode(task.size),
        Work::Send => ours::send(task.size),
        Work::Produce | Work::ProduceInBackground => ours::produce(task),
        Work::Consume => ours::consume(task),
        Work::ClientProduce => client::produce(task),
        Work::ClientConsume => client::consume(task),
    }
}
