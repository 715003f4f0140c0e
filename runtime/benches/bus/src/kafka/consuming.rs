//! Consuming with a receiver that does nothing.

use std::cell::Cell;

use super::{Bench, Tables, python_row, python_table, work::Work};
use crate::{
    Result,
    rounds::{self, Contestant},
    sections::per_second,
    table::{Table, at_least, rate, ratio},
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
    let mut table = Table::new(&["", "ratio", "budget", "ours", "the client"]);
    let times = rates[0].ratio(&rates[1]);
    table.row(&[
        "a receiver that does nothing".to_owned(),
        ratio(times),
        at_least(0.3, times),
        rate(rates[0].median()),
        rate(rates[1].median()),
    ]);
    let mut tables = vec![("kafka_consume", table.into_text())];
    if let Some(python) = rates.get(2) {
        let mut table = python_table();
        python_row(&mut table, "consume", 40.0, [&rates[0], python]);
        tables.push(("kafka_python_consume", table.into_text()));
    }
    Ok(tables)
}
