//! Receivers that take 5 ms, on more and more lanes.

use std::time::Duration;

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    rounds::{median, per_second},
    table::{Table, at_least, rate, ratio},
    worker::{Order, Work},
};

const TOPIC: &str = "lanes";
const RECEIVER: Duration = Duration::from_millis(5);
/// The number of different keys.
const KEYS: u32 = 1000;

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    const ROUNDS: usize = 3;
    let counts = &environment.counts;
    let most = counts.lanes.iter().copied().max().unwrap_or_default();
    environment.fill_keys(TOPIC, KEYS, most * counts.of_lane)?;
    let mut participant = Participant::rust(Work::Consume, environment, TOPIC, Size::Small)?;
    let mut table = Table::new(&["lanes", "of what the receivers allow", "budget", "rate"]);
    for &lanes in counts.lanes {
        let count = lanes * counts.of_lane;
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            let order = Order {
                group: environment.new_group(),
                member: "member".to_owned(),
                lanes: usize::try_from(lanes)?,
                batch: 100,
                micros: u64::try_from(RECEIVER.as_micros())?,
                ..Order::of(count)
            };
            let answer = participant.carry_out(&order)?;
            environment.drop_group(TOPIC, &order.group)?;
            rates.push(per_second(count, answer.seconds));
        }
        let reached = median(rates);
        let share = reached / per_second(lanes, RECEIVER.as_secs_f64());
        table.row(&[lanes.to_string(), ratio(share), at_least(0.9, share), rate(reached)]);
    }
    Ok(vec![("bus_lanes", table.into_text())])
}
