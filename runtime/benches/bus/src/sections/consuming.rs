//! Consuming: many messages at a time, and one at a time.

use super::comparison::compare;
use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    rounds::{Contestant, per_second},
    worker::{Order, Work},
};

/// The default batch of a consumer.
const MANY: usize = 100;
/// A factor that makes a round so long that connecting does not matter.
const ONE_BY_ONE: u64 = 4;

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    let counts = &environment.counts;
    environment.fill(topic(Size::Small), Size::Small, counts.many_at_a_time)?;
    environment.fill(topic(Size::Large), Size::Large, counts.many_at_a_time)?;
    let table = |batch, count, budget| {
        compare(counts.rounds, budget, move |size| {
            let loop_of = format!("the client's loop of `XREADGROUP COUNT {batch}` and `XACK`");
            Ok(vec![
                consumer("**ours**", Work::Consume, environment, size, batch, count)?,
                consumer(&loop_of, Work::ClientConsume, environment, size, batch, count)?,
            ])
        })
    };
    Ok(vec![
        ("bus_consume_many", table(MANY, counts.many_at_a_time, Some(0.9))?),
        ("bus_consume_one", table(1, ONE_BY_ONE * counts.one_at_a_time, None)?),
    ])
}

fn topic(size: Size) -> &'static str {
    match size {
        Size::Small => "consume-small",
        Size::Large => "consume-large",
    }
}

fn consumer<'a>(
    label: &str,
    work: Work,
    environment: &'a Environment,
    size: Size,
    batch: usize,
    count: u64,
) -> Result<Contestant<'a>> {
    let mut participant = Participant::rust(work, environment, topic(size), size)?;
    let label = label.to_owned();
    Ok(Contestant::new(label, move || {
        let order =
            Order { group: environment.new_group(), member: "member".to_owned(), batch, ..Order::of(count) };
        let answer = participant.carry_out(&order)?;
        environment.drop_group(topic(size), &order.group)?;
        Ok(per_second(count, answer.seconds))
    }))
}
