//! The time from the producer to the receiver, at 1,000 events a second.

use super::{bench::Bench, work::Work};
use crate::{
    Result,
    figures::Tables,
    table::{Table, at_most},
    worker::{Latencies, Order},
};

/// How much later than with the client half of the events may arrive, in milliseconds.
const BUDGET: f64 = 2.0;

pub(super) fn measure(bench: &Bench) -> Result<Tables> {
    let of = |work: Work, name: &str| -> Result<Latencies> {
        let topic = bench.servers.create_topic(name);
        let mut participant = bench.participant(work, &topic)?;
        let order = Order { group: topic, ..Order::of(bench.counts.paced) };
        Ok(participant.carry_out(&order)?.latencies.map(|seconds| seconds * 1e3))
    };
    let rows = [
        ("**ours**, waiting", of(Work::Relay, "relay")?),
        ("**ours**, in the background", of(Work::RelayInBackground, "relay-background")?),
        ("the client", of(Work::ClientRelay, "relay-client")?),
    ];
    let client = rows[2].1[0];
    let mut table = Table::new(&["", "median", "budget", "99 %", "99.9 %"]);
    for (label, [median, late, latest]) in rows {
        let budget = if label == "the client" { String::new() } else { at_most(client + BUDGET, median) };
        let time = |millis: f64| format!("{millis:.2} ms");
        table.row(&[label.to_owned(), time(median), budget, time(late), time(latest)]);
    }
    Ok(vec![("kafka_latency", table.into_text())])
}
