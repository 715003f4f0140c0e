//! A participant: a process that does one kind of work on order and reports how long it took.
//!
//! An order is a line of JSON on standard input, and its answer is a line on standard output. The first line of output,
//! `{}`, means that the participant is ready. `tests/interop/bench.py` is the counterpart in Python.

mod batches;
mod client;
mod latency;
mod ours;
mod protocol;
mod task;

use std::io::{self, BufRead, Write};

use serde_json::json;

pub(crate) use batches::line;
pub(crate) use client::{entry_fields, ids};
#[cfg(feature = "kafka")]
pub(crate) use protocol::Latencies;
pub(crate) use protocol::{Answer, Order};
pub(crate) use task::{Task, Work};

use crate::{Result, process};
use task::Worker;

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
