//! A participant: a process that does one kind of work on order. `tests/interop/kafka_bench.py` is the counterpart in Python.

mod client;
mod ours;
mod pace;

use std::io::{self, BufRead as _, Write as _};

use clap::{Args, ValueEnum};

use super::records::Template;
use crate::{
    Result,
    process::Usage,
    worker::{Answer, Latencies, Order},
};

/// The number of threads that send at the same time.
pub(super) const THREADS: u64 = 16;
/// The number of courses whose events producers send again and again.
const COURSES: u64 = 1000;

/// The work of a participant, and its parameters.
#[derive(Args, Clone)]
pub(crate) struct Task {
    work: Work,
    #[arg(long)]
    bootstrap: String,
    #[arg(long)]
    registry: String,
    #[arg(long)]
    topic: String,
    /// What the client writes
    #[arg(long)]
    template: Option<String>,
}

impl Task {
    fn template(&self) -> Result<Template> {
        Ok(serde_json::from_str(self.template.as_deref().ok_or("the client needs a template")?)?)
    }
}

/// The kinds of work.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    /// Sends events that have a route and waits for the server to confirm each
    Produce,
    ProduceFromThreads,
    ProduceInBackground,
    Consume,
    /// Receivers that take 5 ms, in 64 lanes
    ConsumeSlowly,
    /// Sends 1,000 events a second and receives them
    Relay,
    RelayInBackground,
    /// The plain client, which waits for each record
    ClientProduce,
    ClientProduceFromThreads,
    /// The plain client, which waits at the end
    ClientProduceInBackground,
    /// The same, with a course of its own for each event
    Fill,
    ClientConsume,
    ClientRelay,
}

impl Work {
    /// The name on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// The result of an order.
enum Done {
    /// The order took the whole time.
    Everything,
    /// The seconds that count.
    Within(f64),
    Arrived(Latencies),
}

type Worker = Box<dyn FnMut(&Order) -> Result<Done>>;

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
