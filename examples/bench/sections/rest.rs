//! How often processes wake up that have nothing to do.

use std::{thread, time::Duration};

use super::Found;
use crate::{
    Outcome,
    event::Size,
    peers::Peer,
    place::Place,
    process,
    table::{Table, at_most},
    worker::{Order, Work},
};

const KINDS: [(&str, Work); 2] =
    [("consumer", Work::Consume), ("producer in the background", Work::ProduceInBackground)];

pub(super) fn measure(place: &Place) -> Outcome<Found> {
    const TOPIC: &str = "rest";
    /// What comes before rest.
    const EVENTS: u64 = 10;
    let mut table = Table::new(&["", "wake-ups a second", "budget", "commands a second"]);
    for (label, work) in KINDS {
        let mut peer = Peer::rust(work, place, TOPIC, Size::Small)?;
        if work == Work::Consume {
            place.fill(TOPIC, Size::Small, EVENTS)?;
            // One more than there are: it waits for it.
            let order = Order {
                group: "resting".to_owned(),
                member: "member".to_owned(),
                batch: 100,
                count: EVENTS + 1,
            };
            peer.begin(&order)?;
        } else {
            peer.carry_out(&Order::of(EVENTS))?;
        }
        // It comes to rest first.
        let rest = place.counts.rest;
        thread::sleep(rest.min(Duration::from_secs(1)));
        let (slept, commands) = (process::sleeps(peer.id()), commands(place)?);
        thread::sleep(rest);
        let per_second = |before: u64, after: u64| {
            #[allow(clippy::cast_precision_loss)]
            let rate = (after - before) as f64 / rest.as_secs_f64();
            rate
        };
        let wakes = per_second(slept, process::sleeps(peer.id()));
        // Asking is a command, too.
        let commands = per_second(commands, self::commands(place)?.saturating_sub(1));
        table.row(&[label.to_owned(), format!("{wakes:.1}"), at_most(1.0, wakes), format!("{commands:.1}")]);
    }
    Ok(Found { tables: vec![("bus_rest", table.into_text())], ..Found::default() })
}

/// How many commands the server has had.
fn commands(place: &Place) -> Outcome<u64> {
    Ok(place.server_says("stats", "total_commands_processed")?.parse()?)
}
