//! Memory as the number of events grows.

use super::{bench::Bench, work::Work};
use crate::{
    Result,
    figures::Tables,
    table::{Table, at_most, megabytes, ratio},
    worker::Order,
};

const KINDS: [(&str, Work); 3] = [
    ("producer in the background", Work::ProduceInBackground),
    ("consumer", Work::Consume),
    ("the client's consumer", Work::ClientConsume),
];

pub(super) fn measure(bench: &Bench) -> Result<Tables> {
    let [few, many] = bench.counts.memory;
    let topic = bench.servers.create_topic("memory");
    bench.fill(&topic, many + many / 10)?;
    let columns = [
        "ratio of the peaks".to_owned(),
        "budget".to_owned(),
        format!("peak after {few} events"),
        format!("after {many}"),
    ];
    let mut table = Table::new(&["", &columns[0], &columns[1], &columns[2], &columns[3]]);
    for (label, work) in KINDS {
        let after = |count| -> Result<u64> {
            // A new process, because a process may keep memory that it has used once.
            let mut participant = bench.participant(work, &topic)?;
            let group = format!("{topic}-{}-{count}", work.name());
            Ok(participant.carry_out(&Order { group, ..Order::of(count) })?.peak_kb)
        };
        let [few, many] = [after(few)?, after(many)?];
        #[allow(clippy::cast_precision_loss)]
        let times = many as f64 / few as f64;
        let budget = if work == Work::ClientConsume { String::new() } else { at_most(1.05, times) };
        table.row(&[label.to_owned(), ratio(times), budget, megabytes(few), megabytes(many)]);
    }
    Ok(vec![("kafka_memory", table.into_text())])
}
