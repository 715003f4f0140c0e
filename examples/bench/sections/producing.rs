//! Producing: each event confirmed, and in the background.

use super::{Found, compare, per_second};
use crate::{
    Outcome,
    event::Size,
    peers::{Peer, Pipeline, redis_benchmark},
    place::Place,
    placed::Placed,
    rounds::Participant,
    worker::{Order, Work},
};

pub(super) fn measure(place: &Place) -> Outcome<Found> {
    let server = place.server_says("server", "process_id")?.parse()?;
    let waiting = |budget| {
        compare(place.counts.short_rounds, budget, |size| {
            let count = place.counts.one_at_a_time;
            Ok(vec![
                peer("**ours**", Work::Produce, place, size, count)?,
                peer("the client's loop of `XADD`", Work::ClientProduce, place, size, count)?,
                benchmark(place, size, count, Pipeline { connections: 1, depth: 1 }),
            ])
        })
    };
    let apart = {
        let _placed = Placed::apart(server);
        waiting(Some(0.9))?
    };
    let together = {
        let _placed = Placed::together(server);
        waiting(None)?
    };
    let background = compare(place.counts.rounds, Some(0.7), |size| {
        let count = place.counts.many_at_a_time;
        Ok(vec![
            peer("**ours**", Work::ProduceInBackground, place, size, count)?,
            // As many commands at a time as background delivery has.
            benchmark(place, size, count, Pipeline { connections: 1, depth: 500 }),
            benchmark(place, size, count, Pipeline { connections: 50, depth: 16 }),
        ])
    })?;
    Ok(Found {
        tables: vec![
            ("bus_produce_waiting", apart),
            ("bus_produce_waiting_together", together),
            ("bus_produce_background", background),
        ],
        ..Found::default()
    })
}

fn peer(label: &str, work: Work, place: &Place, size: Size, count: u64) -> Outcome<Participant<'static>> {
    let mut peer = Peer::rust(work, place, &format!("{}-{}", work.name(), size.name()), size)?;
    let order = Order::of(count);
    Ok(Participant::new(label, move || Ok(per_second(count, peer.carry_out(&order)?.seconds))))
}

fn benchmark(place: &Place, size: Size, count: u64, pipeline: Pipeline) -> Participant<'_> {
    let Pipeline { connections, depth } = pipeline;
    let label = format!("`redis-benchmark -c {connections} -P {depth}`");
    Participant::new(label, move || redis_benchmark(place, size, count, pipeline))
}
