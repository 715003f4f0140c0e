//! Consuming: many messages at a time, and one.

use super::{Found, compare, per_second};
use crate::{
    Outcome,
    event::Size,
    peers::Peer,
    place::Place,
    rounds::Participant,
    worker::{Order, Work},
};

/// As many as a consumer reads at a time, unless it is told otherwise.
const MANY: usize = 100;
/// A consumer connects at first, which is not to be much of a round.
const ONE_BY_ONE: u64 = 4;

pub(super) fn measure(place: &Place) -> Outcome<Found> {
    let counts = &place.counts;
    place.fill(topic(Size::Small), Size::Small, counts.many_at_a_time)?;
    place.fill(topic(Size::Large), Size::Large, counts.many_at_a_time)?;
    let table = |batch, count, budget| {
        compare(counts.rounds, budget, move |size| {
            let loop_of = format!("the client's loop of `XREADGROUP COUNT {batch}` and `XACK`");
            Ok(vec![
                consumer("**ours**", Work::Consume, place, size, batch, count)?,
                consumer(&loop_of, Work::ClientConsume, place, size, batch, count)?,
            ])
        })
    };
    Ok(Found {
        tables: vec![
            ("bus_consume_many", table(MANY, counts.many_at_a_time, Some(0.7))?),
            ("bus_consume_one", table(1, ONE_BY_ONE * counts.one_at_a_time, None)?),
        ],
        ..Found::default()
    })
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
    place: &'a Place,
    size: Size,
    batch: usize,
    count: u64,
) -> Outcome<Participant<'a>> {
    let mut peer = Peer::rust(work, place, topic(size), size)?;
    let label = label.to_owned();
    Ok(Participant::new(label, move || {
        let order =
            Order { group: place.new_group(), member: "member".to_owned(), batch, ..Order::of(count) };
        let answer = peer.carry_out(&order)?;
        place.drop_group(topic(size), &order.group)?;
        Ok(per_second(count, answer.seconds))
    }))
}
