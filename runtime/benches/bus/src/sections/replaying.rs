//! Replaying dead letters, one at a time and in batches.

use openedx_events::event_bus::DeadLetter;

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    rounds::per_second,
    table::{Table, micros, rate, ratio},
    worker::{Order, Work, line},
};

const GROUP: &str = "group";

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    let count = environment.counts.dead_letters;
    let mut table = Table::new(&[&format!("{count} dead letters"), "ratio", "rate", "time per dead letter"]);
    let mut baseline = None;
    for (label, topic, is_batched) in
        [("one at a time", "replay-lines", false), ("in batches of 100", "replay-batches", true)]
    {
        // Dead letters that do not say which receivers failed are replayed for all.
        environment.fill_with(&DeadLetter::topic(topic, GROUP), &line(is_batched), count)?;
        let mut participant = Participant::rust(Work::Replay, environment, topic, Size::Small)?;
        let order = Order { group: GROUP.to_owned(), ..Order::of(count) };
        let answer = participant.carry_out(&order)?;
        let reached = per_second(count, answer.seconds);
        let base = *baseline.get_or_insert(reached);
        #[allow(clippy::cast_precision_loss)]
        let each = answer.seconds / count as f64;
        table.row(&[label.to_owned(), ratio(reached / base), rate(reached), micros(each)]);
    }
    Ok(vec![("bus_replay", table.into_text())])
}
