//! Replaying dead letters.

use openedx_events::event_bus::DeadLetter;

use super::{Tables, per_second};
use crate::{
    Result,
    environment::Environment,
    event::Size,
    participant::Participant,
    table::{Table, micros, rate},
    worker::{Order, Work},
};

const TOPIC: &str = "replay";
const GROUP: &str = "group";

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    let count = environment.counts.dead_letters;
    // Dead letters that do not say which receivers failed are replayed for all.
    environment.fill(&DeadLetter::topic(TOPIC, GROUP), Size::Small, count)?;
    let mut participant = Participant::rust(Work::Replay, environment, TOPIC, Size::Small)?;
    let order = Order { group: GROUP.to_owned(), ..Order::of(count) };
    let answer = participant.carry_out(&order)?;
    let mut table = Table::new(&["dead letters", "rate", "time per dead letter"]);
    #[allow(clippy::cast_precision_loss)]
    let each = answer.seconds / count as f64;
    table.row(&[count.to_string(), rate(per_second(count, answer.seconds)), micros(each)]);
    Ok(vec![("bus_replay", table.into_text())])
}
