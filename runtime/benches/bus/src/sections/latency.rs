//! The time from a producer to a receiver, at 1,000 events a second.

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    table::{Table, micros},
    worker::{Order, Work},
};

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    let mut table = Table::new(&["", "50 % within", "99 %", "99.9 %"]);
    for (label, work) in [
        ("**ours**", Work::Latency),
        ("the client: `XADD`, and a loop of `XREADGROUP BLOCK` and `XACK`", Work::ClientLatency),
    ] {
        let mut participant = Participant::rust(work, environment, &work.name(), Size::Small)?;
        let order = Order {
            group: environment.new_group(),
            member: "member".to_owned(),
            ..Order::of(environment.counts.latencies)
        };
        let [half, most, nearly_all] = participant.carry_out(&order)?.latencies;
        table.row(&[label.to_owned(), micros(half), micros(most), micros(nearly_all)]);
    }
    Ok(vec![("bus_latency", table.into_text())])
}
