//! A participant: a process that does one kind of work on order. `tests/interop/kafka_bench.py` is the counterpart in Python.

mod client;
mod ours;
mod pace;
mod task;

use std::io::{self, BufRead as _, Write as _};

pub(super) use ours::{CONCURRENCY, SLOWNESS};
pub(crate) use task::{Task, Work};

use crate::{
    Result,
    process::Usage,
    worker::{Answer, Latencies, Order},
};
use task::{COURSES, Done};

/// The number of threads that send at the same time.
const THREADS: u64 = 16;

/// Works until the orders end.
pub(crate) fn work(task: &Task) -> Result<()> {
    let mut worker = match task.work {
        Work::Produce | Work::ProduceInBackground => ours::produce(task, 1),
        Work::ProduceFromThreads => ours::produce(task, THREADS),
        Work::Consume => ours::consume(task),
        Work::ConsumeSlowly => ours::consume_slowly(task),
        Work::Relay | Work::RelayInBackground => ours::relay(task),
        Work::ClientProduce => client::produce(task, 1),
        Work::ClientProduceFromThreads => client::produce(task, THREADS),
        Work::ClientProduceInBackground => client::produce_in_background(task, COURSES),
        Work::Fill => client::produce_in_background(task, u64::MAX),
        Work::ClientConsume => Ok(client::consume(task)),
        Work::ClientRelay => client::relay(task),
    }?;
    let mut out = io::stdout();
    writeln!(out, "{{}}")?;
    for line in io::stdin().lock().lines() {
        let order: Order = serde_json::from_str(&line?)?;
        let began = Usage::now();
        let done = worker(&order)?;
        let mut answer = Answer::since(&began, Latencies::default());
        match done {
            Done::Everything => {}
            Done::Within(seconds) => answer.seconds = seconds,
            Done::Arrived(latencies) => answer.latencies = latencies,
        }
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
    }
    Ok(())
}
