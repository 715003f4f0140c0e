//! Producing: waiting for each event, and in the background.

use super::comparison::compare;
use crate::{
    Result,
    affinity::Affinity,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::{Participant, Pipeline, redis_benchmark},
    rounds::{Contestant, per_second},
    worker::{Order, Work},
};

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    let server = environment.info("server", "process_id")?.parse()?;
    let waiting = |budget| {
        compare(environment.counts.short_rounds, budget, |size| {
            let count = environment.counts.one_at_a_time;
            Ok(vec![
                participant("**ours**", Work::Produce, environment, size, count)?,
                participant("the client's loop of `XADD`", Work::ClientProduce, environment, size, count)?,
                benchmark(environment, size, count, Pipeline { connections: 1, depth: 1 }),
            ])
        })
    };
    let apart = {
        let _affinity = Affinity::apart(server);
        waiting(Some(0.9))?
    };
    let together = {
        let _affinity = Affinity::together(server);
        waiting(None)?
    };
    let background = compare(environment.counts.rounds, Some(0.7), |size| {
        let count = environment.counts.many_at_a_time;
        Ok(vec![
            participant("**ours**", Work::ProduceInBackground, environment, size, count)?,
            // Background delivery sends batches of this size.
            benchmark(environment, size, count, Pipeline { connections: 1, depth: 500 }),
            benchmark(environment, size, count, Pipeline { connections: 50, depth: 16 }),
        ])
    })?;
    Ok(vec![
        ("bus_produce_waiting", apart),
        ("bus_produce_waiting_together", together),
        ("bus_produce_background", background),
    ])
}

fn participant(
    label: &str,
    work: Work,
    environment: &Environment,
    size: Size,
    count: u64,
) -> Result<Contestant<'static>> {
    let mut participant =
        Participant::rust(work, environment, &format!("{}-{}", work.name(), size.name()), size)?;
    let order = Order::of(count);
    Ok(Contestant::new(label, move || Ok(per_second(count, participant.carry_out(&order)?.seconds))))
}

fn benchmark(environment: &Environment, size: Size, count: u64, pipeline: Pipeline) -> Contestant<'_> {
    let Pipeline { connections, depth } = pipeline;
    let label = format!("`redis-benchmark -c {connections} -P {depth}`");
    Contestant::new(label, move || redis_benchmark(environment, size, count, pipeline))
}
