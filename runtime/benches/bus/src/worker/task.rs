//! The work for which a participant is started.

use clap::{Args, ValueEnum};

use super::protocol::{Latencies, Order};
use crate::{Result, event::Size};

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

/// Carries out orders.
pub(super) type Worker = Box<dyn FnMut(&Order) -> Result<Latencies>>;
