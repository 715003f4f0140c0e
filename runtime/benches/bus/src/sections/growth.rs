//! The cost of an event as the number of events and of consumers grows.

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    rounds::median,
    table::{Table, micros, rate},
    worker::{Answer, Order, Work},
};

const BATCH: usize = 100;

/// Seconds per event: elapsed, and processor time here and in the server.
#[derive(Default)]
struct Cost {
    time: Vec<f64>,
    here: f64,
    server: f64,
    events: f64,
}

impl Cost {
    #[allow(clippy::cast_precision_loss)]
    fn add(&mut self, count: u64, seconds: f64, here: f64, server: f64) {
        self.time.push(seconds / count as f64);
        self.here += here;
        self.server += server;
        self.events += count as f64;
    }

    fn time(&self) -> f64 {
        median(self.time.clone())
    }

    fn here(&self) -> f64 {
        self.here / self.events
    }

    fn server(&self) -> f64 {
        self.server / self.events
    }
}

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    let events = by_events(environment)?;
    environment.clear()?;
    Ok(vec![("bus_growth_events", events), ("bus_growth_consumers", by_consumers(environment)?)])
}

const KINDS: [(&str, Work); 3] = [
    ("produce, waiting", Work::Produce),
    ("produce in the background", Work::ProduceInBackground),
    ("consume, 100 at a time", Work::Consume),
];

fn by_events(environment: &Environment) -> Result<String> {
    const TOPIC: &str = "growth-events";
    let mut table =
        Table::new(&["", "events", "time per event", "processor time", "server's processor time"]);
    for (label, work) in KINDS {
        let topic = format!("{TOPIC}-{}", work.name());
        if work == Work::Consume {
            environment.fill(
                &topic,
                Size::Small,
                environment.counts.events.iter().copied().max().unwrap_or_default(),
            )?;
        }
        for &count in environment.counts.events {
            let mut participant = Participant::rust(work, environment, &topic, Size::Small)?;
            let mut cost = Cost::default();
            for round in 0..=environment.counts.at_least.div_ceil(count) {
                let order = Order {
                    group: environment.new_group(),
                    member: "member".to_owned(),
                    batch: BATCH,
                    ..Order::of(count)
                };
                let server = environment.server_seconds()?;
                let answer = participant.carry_out(&order)?;
                let server = environment.server_seconds()? - server;
                // The first round includes connecting. The largest number has only that round.
                if round > 0 || count >= environment.counts.at_least {
                    cost.add(count, answer.seconds, answer.processor_seconds, server);
                }
                if work == Work::Consume {
                    environment.drop_group(&topic, &order.group)?;
                }
                if count >= environment.counts.at_least {
                    break;
                }
            }
            table.row(&[
                label.to_owned(),
                count.to_string(),
                micros(cost.time()),
                micros(cost.here()),
                micros(cost.server()),
            ]);
        }
    }
    Ok(table.into_text())
}

fn by_consumers(environment: &Environment) -> Result<String> {
    const TOPIC: &str = "growth-consumers";
    environment.fill(TOPIC, Size::Small, environment.counts.shared)?;
    let mut table =
        Table::new(&["consumers", "rate", "time per event", "processor time", "server's processor time"]);
    for &consumers in environment.counts.consumers {
        let participant = |_| Participant::rust(Work::Consume, environment, TOPIC, Size::Small);
        let mut participants = (0..consumers).map(participant).collect::<Result<Vec<_>>>()?;
        let mut cost = Cost::default();
        for round in 0..=environment.counts.rounds.div_ceil(3) {
            let group = environment.new_group();
            let server = environment.server_seconds()?;
            for (number, participant) in participants.iter_mut().enumerate() {
                participant.begin(&Order {
                    group: group.clone(),
                    member: format!("member-{number}"),
                    batch: BATCH,
                    ..Order::of(environment.counts.shared / consumers)
                })?;
            }
            let answers =
                participants.iter_mut().map(Participant::finish).collect::<Result<Vec<Answer>>>()?;
            let server = environment.server_seconds()? - server;
            environment.drop_group(TOPIC, &group)?;
            if round > 0 {
                let seconds = answers.iter().map(|answer| answer.seconds).fold(0.0, f64::max);
                let here = answers.iter().map(|answer| answer.processor_seconds).sum();
                cost.add(environment.counts.shared, seconds, here, server);
            }
        }
        table.row(&[
            consumers.to_string(),
            rate(1.0 / cost.time()),
            micros(cost.time()),
            micros(cost.here()),
            micros(cost.server()),
        ]);
    }
    Ok(table.into_text())
}
