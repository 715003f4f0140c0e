//! Batches against single delivery, into receivers whose cost is for a call.

use std::time::Duration;

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    rounds::{median, per_second},
    table::{Table, rate, ratio},
    worker::{Order, Work, line},
};

/// The cost of a call.
const CALL: Duration = Duration::from_millis(10);
/// The events of a batch.
const BATCH: u64 = 100;

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    const ROUNDS: usize = 3;
    let calls = environment.counts.calls;
    let mut table = Table::new(&["a call of 10 ms for", "ratio", "rate"]);
    let mut baseline = None;
    for (label, topic, is_batched, count) in
        [("each event", "lines", false, calls), ("100 events", "batches", true, calls * BATCH)]
    {
        environment.fill_with(topic, &line(is_batched), count)?;
        let mut participant = Participant::rust(Work::ConsumeLines, environment, topic, Size::Small)?;
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            let order = Order {
                group: environment.new_group(),
                member: "member".to_owned(),
                micros: u64::try_from(CALL.as_micros())?,
                ..Order::of(count)
            };
            let answer = participant.carry_out(&order)?;
            environment.drop_group(topic, &order.group)?;
            rates.push(per_second(count, answer.seconds));
        }
        let reached = median(rates);
        let base = *baseline.get_or_insert(reached);
        table.row(&[label.to_owned(), ratio(reached / base), rate(reached)]);
    }
    Ok(vec![("bus_batches", table.into_text())])
}
