//! Producing: in the background, and waiting for each event, from one thread and from many.

use super::{bench::Bench, comparison::Comparison, work::Work};
use crate::{
    Result,
    figures::Tables,
    rounds::{self, Contestant, per_second},
    worker::Order,
};

pub(super) fn measure(bench: &Bench) -> Result<Tables> {
    let counts = &bench.counts;
    let topic = bench.servers.create_topic("produce");
    let contestant = |label: &str, work, count| -> Result<Contestant<'_>> {
        let mut participant = bench.participant(work, &topic)?;
        let order = Order::of(count);
        Ok(Contestant::new(label, move || Ok(per_second(count, participant.carry_out(&order)?.seconds))))
    };
    let mut table = Comparison::with("the client");

    let count = counts.produced;
    let mut background = vec![
        contestant("ours, in the background", Work::ProduceInBackground, count)?,
        contestant("the client", Work::ClientProduceInBackground, count)?,
    ];
    if let Some(python) = &bench.python {
        let mut participant = bench.python(python, "produce", &topic)?;
        let order = Order::of(counts.python);
        background.push(Contestant::new("Python", move || {
            Ok(per_second(order.count, participant.carry_out(&order)?.seconds))
        }));
    }
    let rates = rounds::run(counts.rounds, &mut background)?;
    drop(background);
    table.row("in the background", 0.85, [&rates[0], &rates[1]]);
    let python = rates.get(2).map(|python| {
        let mut table = Comparison::with("Python");
        table.row("produce in the background, as Python does", 15.0, [&rates[0], python]);
        table.into_text()
    });

    let count = counts.one_at_a_time;
    let mut waiting = [
        contestant("ours, waiting", Work::Produce, count)?,
        contestant("the client", Work::ClientProduce, count)?,
    ];
    let rates = rounds::run(counts.short_rounds, &mut waiting)?;
    drop(waiting);
    table.row("waiting for each event", 0.9, [&rates[0], &rates[1]]);

    // Each round takes the time of a round with one thread.
    let count = count * 5;
    let mut threads = [
        contestant("ours, 16 threads", Work::ProduceFromThreads, count)?,
        contestant("the client", Work::ClientProduceFromThreads, count)?,
    ];
    let rates = rounds::run(counts.short_rounds, &mut threads)?;
    drop(threads);
    table.row("waiting for each event, from 16 threads", 0.8, [&rates[0], &rates[1]]);

    let mut tables = vec![("kafka_produce", table.into_text())];
    tables.extend(python.map(|python| ("kafka_python_produce", python)));
    Ok(tables)
}
