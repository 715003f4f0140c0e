//! Memory as the number of events grows.

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    table::{Table, at_most, megabytes, ratio},
    worker::{Order, Work},
};

const KINDS: [(&str, Work); 3] = [
    ("producer, waiting", Work::Produce),
    ("producer in the background", Work::ProduceInBackground),
    ("consumer", Work::Consume),
];

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    const TOPIC: &str = "memory";
    let [few, many] = environment.counts.memory;
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
            environment.fill(&topic, Size::Small, many)?;
        }
        let after = |count| {
            // A new process, because a process may keep memory that it has used once.
            let mut participant = Participant::rust(work, environment, &topic, Size::Small)?;
            let group = environment.new_group();
            let order = Order { group, member: "member".to_owned(), batch: 100, ..Order::of(count) };
            let answer = participant.carry_out(&order)?;
            if work == Work::Consume {
                environment.drop_group(&topic, &order.group)?;
            }
            Result::Ok(answer)
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
    Ok(vec![("bus_memory", table.into_text())])
}
