//! A participant: a process that does one kind of work on order and reports how long it took.
//!
//! An order is a line of JSON on standard input, and its answer is a line on standard output. The first line of output,
//! `{}`, means that the participant is ready. `tests/interop/bench.py` is the counterpart in Python.

mod batches;
mod client;
mod latency;
mod ours;
mod protocol;

use std::io::{self, BufRead, Write};

use clap::{Args, ValueEnum};
use serde_json::json;

pub(crate) use batches::line;
pub(crate) use client::{entry_fields, ids};
pub(crate) use protocol::{Answer, Latencies, Order};

use crate::{Result, event::Size, process};

/// The work of a participant, and its parameters.
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
    /// Sends events that have a route and waits for the server to confirm each
    Produce,
    /// The same, with background delivery
    ProduceInBackground,
    Consume,
    /// The plain client in a loop of XADD
    ClientProduce,
    /// The plain client in a loop of XREADGROUP and XACK
    ClientConsume,
    /// Sends events at a steady rate, and notes when they arrive at a receiver
    Latency,
    /// The same with the plain client
    ClientLatency,
    /// Replays all dead letters of a group, whose receivers have a fixed cost a call
    Replay,
    /// Consumes events whose receivers have a fixed cost a call
    ConsumeLines,
}

impl Work {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

type Worker = Box<dyn FnMut(&Order) -> Result<Latencies>>;

/// Works until the orders end.
pub(crate) fn work(task: &Task) -> Result<()> {
    let mut worker = worker(task)?;
    let mut out = io::stdout();
    writeln!(out, "{}", json!({}))?;
    for line in io::stdin().lock().lines() {
        let order: Order = serde_json::from_str(&line?)?;
        let began = process::Usage::now();
        let latencies = worker(&order)?;
        writeln!(out, "{}", serde_json::to_string(&Answer::since(&began, latencies))?)?;
    }
    Ok(())
}

fn worker(task: &Task) -> Result<Worker> {
    match task.work {
        Work::Encode => ours::encode(task.size),
        Work::Decode => ours::decode(task.size),
        Work::Send => ours::send(task.size),
        Work::Produce | Work::ProduceInBackground => ours::produce(task),
        Work::Consume => ours::consume(task),
        Work::ClientProduce => client::produce(task),
        Work::ClientConsume => client::consume(task),
        Work::Latency => latency::ours(task),
        Work::ClientLatency => latency::client(task),
        Work::Replay => batches::replay(task),
        Work::ConsumeLines => batches::consume(task),
    }
}
