//! The work for which a participant is started.

use clap::{Args, ValueEnum};

use crate::{
    Result,
    kafka::records::Template,
    worker::{Latencies, Order},
};

/// The number of courses whose events producers send again and again.
pub(super) const COURSES: u64 = 1000;

/// The work of a participant, and its parameters.
#[derive(Args, Clone)]
pub(crate) struct Task {
    pub(super) work: Work,
    #[arg(long)]
    pub(super) bootstrap: String,
    #[arg(long)]
    pub(super) registry: String,
    #[arg(long)]
    pub(super) topic: String,
    /// What the client writes
    #[arg(long)]
    template: Option<String>,
}

impl Task {
    pub(super) fn template(&self) -> Result<Template> {
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
    pub(in super::super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// The result of an order.
pub(super) enum Done {
    /// The order took the whole time.
    Everything,
    /// The seconds that count.
    Within(f64),
    Arrived(Latencies),
}

/// Carries out orders.
pub(super) type Worker = Box<dyn FnMut(&Order) -> Result<Done>>;
