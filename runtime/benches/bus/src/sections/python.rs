//! The same work in the Python implementation.

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    rounds::{self, Contestant, per_second},
    table::{Table, at_least, rate, ratio},
    worker::{Order, Work},
};

struct Row {
    label: &'static str,
    ours: Work,
    python: Work,
    /// The number of messages that we read at a time. Python reads one.
    batch: usize,
    budget: Option<f64>,
}

impl Row {
    const fn of(label: &'static str, work: Work) -> Self {
        Self { label, ours: work, python: work, batch: 1, budget: None }
    }
}

const ROWS: [Row; 7] = [
    Row::of("encode", Work::Encode),
    Row::of("decode", Work::Decode),
    Row::of("send to one receiver", Work::Send),
    Row::of("produce", Work::Produce),
    Row {
        ours: Work::ProduceInBackground,
        ..Row::of("produce in the background; Python waits", Work::Produce)
    },
    Row::of("consume one at a time", Work::Consume),
    Row {
        batch: 100,
        budget: Some(20.0),
        ..Row::of("consume 100 at a time; Python reads one at a time", Work::Consume)
    },
];

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    const TOPIC: &str = "python";
    let Some(python) = environment.python() else {
        eprintln!("NOT MEASURED: found no Python with openedx-events");
        return Ok(Tables::new());
    };
    let mut table = Table::new(&["", "ratio", "budget", "ours", "Python"]);
    for row in &ROWS {
        let consumes = row.ours == Work::Consume;
        let counts = &environment.counts;
        let (our_count, python_count) = match row.ours {
            Work::Produce => (counts.one_at_a_time, counts.python),
            Work::Consume if row.batch == 1 => (counts.one_at_a_time, counts.python),
            Work::Consume | Work::ProduceInBackground => (counts.many_at_a_time, counts.python),
            _ => (counts.in_process, counts.python),
        };
        if consumes {
            environment.clear()?;
            environment.fill(TOPIC, Size::Small, our_count.max(python_count))?;
        }
        let work = |mut participant: Participant, count: u64| {
            move || {
                let group = environment.new_group();
                let order =
                    Order { batch: row.batch, group, member: "member".to_owned(), ..Order::of(count) };
                let answer = participant.carry_out(&order)?;
                if consumes {
                    environment.drop_group(TOPIC, &order.group)?;
                }
                Ok(per_second(count, answer.seconds))
            }
        };
        let ours = Participant::rust(row.ours, environment, TOPIC, Size::Small)?;
        let theirs = Participant::python(python, row.python, environment, TOPIC, Size::Small)?;
        let mut contestants = [
            Contestant::new(row.label, work(ours, our_count)),
            Contestant::new(format!("{} in Python", row.label), work(theirs, python_count)),
        ];
        let rates = rounds::run(environment.counts.rounds, &mut contestants)?;
        let times = rates[0].ratio(&rates[1]);
        table.row(&[
            row.label.to_owned(),
            ratio(times),
            row.budget.map(|budget| at_least(budget, times)).unwrap_or_default(),
            rate(rates[0].median()),
            rate(rates[1].median()),
        ]);
    }
    Ok(vec![("bus_python", table.into_text())])
}
