//! How the cost of an event changes with the number of events, and of consumers.

use serde_json::{Map, Value, json};

use super::Found;
use crate::{
    Outcome,
    event::Size,
    peers::Peer,
    place::Place,
    rounds::median,
    table::{Table, micros, rate},
    worker::{Answer, Order, Work},
};

const BATCH: usize = 100;

/// Seconds for an event: by the clock, and of processors, here and in the server.
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

pub(super) fn measure(place: &Place) -> Outcome<Found> {
    let (events, events_chart) = by_events(place)?;
    place.clear()?;
    let (consumers, consumers_chart) = by_consumers(place)?;
    Ok(Found {
        tables: vec![("bus_growth_events", events), ("bus_growth_consumers", consumers)],
        charts: vec![("events", events_chart), ("consumers", consumers_chart)],
    })
}

/// With a name for the table, and one for the end of a line.
const KINDS: [(&str, &str, Work); 3] = [
    ("produce, waiting", "produce", Work::Produce),
    ("produce in the background", "background", Work::ProduceInBackground),
    ("consume, 100 at a time", "consume", Work::Consume),
];

fn by_events(place: &Place) -> Outcome<(String, Value)> {
    const TOPIC: &str = "growth-events";
    let mut table = Table::new(&["", "events", "an event takes", "processor time", "of the server"]);
    let mut chart = Map::new();
    for (label, name, work) in KINDS {
        let topic = format!("{TOPIC}-{}", work.name());
        if work == Work::Consume {
            place.fill(&topic, Size::Small, place.counts.events.iter().copied().max().unwrap_or_default())?;
        }
        let mut points = Vec::new();
        for &count in place.counts.events {
            let mut peer = Peer::rust(work, place, &topic, Size::Small)?;
            let mut cost = Cost::default();
            for round in 0..=place.counts.at_least.div_ceil(count) {
                let order = Order {
                    group: place.new_group(),
                    member: "member".to_owned(),
                    batch: BATCH,
                    ..Order::of(count)
                };
                let server = place.server_seconds()?;
                let answer = peer.carry_out(&order)?;
                let server = place.server_seconds()? - server;
                // The first makes connections; of the largest number there is no other.
                if round > 0 || count >= place.counts.at_least {
                    cost.add(count, answer.seconds, answer.processor_seconds, server);
                }
                if work == Work::Consume {
                    place.drop_group(&topic, &order.group)?;
                }
                if count >= place.counts.at_least {
                    break;
                }
            }
            points.push(json!([count, cost.time() * 1e6]));
            table.row(&[
                label.to_owned(),
                count.to_string(),
                micros(cost.time()),
                micros(cost.here()),
                micros(cost.server()),
            ]);
        }
        chart.insert(name.to_owned(), points.into());
    }
    Ok((table.into_text(), chart.into()))
}

fn by_consumers(place: &Place) -> Outcome<(String, Value)> {
    const TOPIC: &str = "growth-consumers";
    place.fill(TOPIC, Size::Small, place.counts.shared)?;
    let mut table =
        Table::new(&["consumers", "together", "an event takes", "processor time", "of the server"]);
    let mut lines = [Vec::new(), Vec::new(), Vec::new()];
    for &consumers in place.counts.consumers {
        let peer = |_| Peer::rust(Work::Consume, place, TOPIC, Size::Small);
        let mut peers = (0..consumers).map(peer).collect::<Outcome<Vec<_>>>()?;
        let mut cost = Cost::default();
        for round in 0..=place.counts.rounds.div_ceil(3) {
            let group = place.new_group();
            let server = place.server_seconds()?;
            for (number, peer) in peers.iter_mut().enumerate() {
                peer.begin(&Order {
                    group: group.clone(),
                    member: format!("member-{number}"),
                    batch: BATCH,
                    ..Order::of(place.counts.shared / consumers)
                })?;
            }
            let answers = peers.iter_mut().map(Peer::finish).collect::<Outcome<Vec<Answer>>>()?;
            let server = place.server_seconds()? - server;
            place.drop_group(TOPIC, &group)?;
            if round > 0 {
                let seconds = answers.iter().map(|answer| answer.seconds).fold(0.0, f64::max);
                let here = answers.iter().map(|answer| answer.processor_seconds).sum();
                cost.add(place.counts.shared, seconds, here, server);
            }
        }
        for (line, cost) in lines.iter_mut().zip([cost.time(), cost.here(), cost.server()]) {
            line.push(json!([consumers, cost * 1e6]));
        }
        table.row(&[
            consumers.to_string(),
            rate(1.0 / cost.time()),
            micros(cost.time()),
            micros(cost.here()),
            micros(cost.server()),
        ]);
    }
    let [time, here, server] = lines;
    let chart = json!({"time": time, "processors": here, "server": server});
    Ok((table.into_text(), chart))
}
