//! How often idle processes wake up.

use std::{thread, time::Duration};

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    process,
    table::{Table, at_most},
    worker::{Order, Work},
};

const KINDS: [(&str, Work); 2] =
    [("consumer", Work::Consume), ("producer in the background", Work::ProduceInBackground)];

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    const TOPIC: &str = "rest";
    /// Events before the process becomes idle.
    const EVENTS: u64 = 10;
    let mut table = Table::new(&["", "wake-ups per second", "budget", "commands per second"]);
    for (label, work) in KINDS {
        let mut participant = Participant::rust(work, environment, TOPIC, Size::Small)?;
        if work == Work::Consume {
            environment.fill(TOPIC, Size::Small, EVENTS)?;
            // One more event than there is, so that it waits.
            let order = Order {
                group: "rest".to_owned(),
                member: "member".to_owned(),
                batch: 100,
                ..Order::of(EVENTS + 1)
            };
            participant.begin(&order)?;
        } else {
            participant.carry_out(&Order::of(EVENTS))?;
        }
        // Let it become idle first.
        let rest = environment.counts.rest;
        thread::sleep(rest.min(Duration::from_secs(1)));
        let (slept, commands) = (process::sleeps(participant.id()), commands(environment)?);
        thread::sleep(rest);
        let per_second = |before: u64, after: u64| {
            #[allow(clippy::cast_precision_loss)]
            let rate = (after - before) as f64 / rest.as_secs_f64();
            rate
        };
        let wakes = per_second(slept, process::sleeps(participant.id()));
        // This query is itself a command.
        let commands = per_second(commands, self::commands(environment)?.saturating_sub(1));
        table.row(&[label.to_owned(), format!("{wakes:.1}"), at_most(1.0, wakes), format!("{commands:.1}")]);
    }
    Ok(vec![("bus_rest", table.into_text())])
}

/// The number of commands that the server has executed.
fn commands(environment: &Environment) -> Result<u64> {
    Ok(environment.info("stats", "total_commands_processed")?.parse()?)
}
