//! Consuming with a receiver that does nothing.

use std::cell::Cell;

use super::{bench::Bench, comparison::Comparison, work::Work};
use crate::{
    Result,
    figures::Tables,
    rounds::{self, Contestant, per_second},
    worker::Order,
};

pub(super) fn measure(bench: &Bench) -> Result<Tables> {
    let counts = &bench.counts;
    let topic = bench.servers.create_topic("consume");
    // Members may read a little more than they must.
    bench.fill(&topic, counts.consumed + counts.consumed / 10)?;
    let groups = Cell::new(0);
    let new_group = &|| {
        groups.set(groups.get() + 1);
        format!("{topic}-{}", groups.get())
    };
    let contestant = |label: &str, work| -> Result<Contestant<'_>> {
        let mut participant = bench.participant(work, &topic)?;
        Ok(Contestant::new(label, move || {
            let order = Order { group: new_group(), ..Order::of(counts.consumed) };
            Ok(per_second(counts.consumed, participant.carry_out(&order)?.seconds))
        }))
    };
    let mut contestants =
        vec![contestant("ours", Work::Consume)?, contestant("the client", Work::ClientConsume)?];
    if let Some(python) = &bench.python {
        let mut participant = bench.python(python, "consume", &topic)?;
        let topic = &topic;
        contestants.push(Contestant::new("Python", move || {
            let order = Order { group: new_group(), ..Order::of(counts.python) };
            // It begins with the newest message, unless the group exists.
            bench.servers.kafka().begin_at_start(topic, &order.group);
            Ok(per_second(counts.python, participant.carry_out(&order)?.seconds))
        }));
    }
    let rates = rounds::run(counts.rounds, &mut contestants)?;
    let mut table = Comparison::with("the client");
    table.row("a receiver that does nothing", 0.3, [&rates[0], &rates[1]]);
    let mut tables = vec![("kafka_consume", table.into_text())];
    if let Some(python) = rates.get(2) {
        let mut table = Comparison::with("Python");
        table.row("consume", 40.0, [&rates[0], python]);
        tables.push(("kafka_python_consume", table.into_text()));
    }
    Ok(tables)
}
