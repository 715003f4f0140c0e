//! Whether memory grows with the number of events.

use super::Found;
use crate::{
    Outcome,
    event::Size,
    peers::Peer,
    place::Place,
    table::{Table, at_most, megabytes, ratio},
    worker::{Order, Work},
};

const KINDS: [(&str, Work); 3] = [
    ("producer, waiting", Work::Produce),
    ("producer in the background", Work::ProduceInBackground),
    ("consumer", Work::Consume),
];

pub(super) fn measure(place: &Place) -> Outcome<Found> {
    const TOPIC: &str = "memory";
    let [few, many] = place.counts.memory;
    let columns = [
        String::new(),
        "ratio of the peaks".to_owned(),
        "budget".to_owned(),
        format!("peak after {few} events"),
        format!("after {many}"),
        format!("resident after {few}"),
        format!("after {many}"),
    ];
    let mut table = Table::new(&columns.each_ref().map(String::as_str));
    for (label, work) in KINDS {
        let topic = format!("{TOPIC}-{}", work.name());
        if work == Work::Consume {
            place.fill(&topic, Size::Small, many)?;
        }
        let after = |count| {
            // A process of its own: what it has had once, it may keep.
            let mut peer = Peer::rust(work, place, &topic, Size::Small)?;
            let group = place.new_group();
            let order = Order { group, member: "member".to_owned(), batch: 100, ..Order::of(count) };
            let answer = peer.carry_out(&order)?;
            if work == Work::Consume {
                place.drop_group(&topic, &order.group)?;
            }
            Outcome::Ok(answer)
        };
        let [few, many] = [after(few)?, after(many)?];
        #[allow(clippy::cast_precision_loss)]
        let times = many.peak_kb as f64 / few.peak_kb as f64;
        table.row(&[
            label.to_owned(),
            ratio(times),
            at_most(1.05, times),
            megabytes(few.peak_kb),
            megabytes(many.peak_kb),
            megabytes(few.resident_kb),
            megabytes(many.resident_kb),
        ]);
    }
    Ok(Found { tables: vec![("bus_memory", table.into_text())], ..Found::default() })
}
