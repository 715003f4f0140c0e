//! Receivers that take time, in many lanes.

use super::{
    bench::Bench,
    work::{CONCURRENCY, SLOWNESS, Work},
};
use crate::{
    Result,
    figures::Tables,
    rounds::per_second,
    table::{Table, at_least, rate, ratio},
    worker::Order,
};

pub(super) fn measure(bench: &Bench) -> Result<Tables> {
    let topic = bench.servers.create_topic("lanes");
    let count = bench.counts.slow;
    bench.fill(&topic, count)?;
    let mut participant = bench.participant(Work::ConsumeSlowly, &topic)?;
    let order = Order { group: topic.clone(), ..Order::of(count) };
    let answer = participant.carry_out(&order)?;
    // The middle of the events: see `work`.
    let ours = per_second(count - 2 * (count / 10), answer.seconds);
    #[allow(clippy::cast_precision_loss)]
    let most = CONCURRENCY as f64 / SLOWNESS.as_secs_f64();
    let mut table = Table::new(&["", "ratio", "budget", "ours", "64 / 5 ms"]);
    let label = "receivers of 5 ms, `concurrency(64)`, 12 partitions".to_owned();
    table.row(&[label, ratio(ours / most), at_least(0.9, ours / most), rate(ours), rate(most)]);
    Ok(vec![("kafka_lanes", table.into_text())])
}
