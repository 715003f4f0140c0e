//! A consumer that starts while entries are pending for it.

use redis::{Value, cmd};

use crate::{
    Result,
    environment::Environment,
    event::Size,
    figures::Tables,
    participant::Participant,
    rounds::{median, per_second},
    table::{Table, rate, ratio},
    worker::{Order, Work, ids},
};

const TOPIC: &str = "restart";
const MEMBER: &str = "member";
/// The number of entries whose attempts had begun: one for each lane of a process that was killed.
const BEGUN: u64 = 64;

pub(super) fn measure(environment: &Environment) -> Result<Tables> {
    const ROUNDS: usize = 5;
    let count = environment.counts.pending;
    environment.fill_keys(TOPIC, 1000, count)?;
    let mut participant = Participant::rust(Work::Consume, environment, TOPIC, Size::Small)?;
    let begun = BEGUN.min(count);
    let rows = [
        ("new entries".to_owned(), 0, 0),
        ("pending entries, handed out and not begun".to_owned(), count, 0),
        (format!("pending entries, {begun} of them begun"), count, begun),
    ];
    let mut table =
        Table::new(&[&format!("{count} entries"), "ratio, 1 lane", "16 lanes", "rate, 1 lane", "16 lanes"]);
    let mut baseline = None;
    for (label, pending, begun) in rows {
        let mut rates = Vec::new();
        for lanes in [1, 16] {
            let mut of_lanes = Vec::new();
            for _ in 0..ROUNDS {
                let group = environment.new_group();
                make_pending(environment, &group, pending, begun)?;
                let order = Order { group, member: MEMBER.to_owned(), lanes, batch: 100, ..Order::of(count) };
                let answer = participant.carry_out(&order)?;
                environment.drop_group(TOPIC, &order.group)?;
                of_lanes.push(per_second(count, answer.seconds));
            }
            rates.push(median(of_lanes));
        }
        let base: &Vec<f64> = baseline.get_or_insert_with(|| rates.clone());
        table.row(&[
            label,
            ratio(rates[0] / base[0]),
            ratio(rates[1] / base[1]),
            rate(rates[0]),
            rate(rates[1]),
        ]);
    }
    Ok(vec![("bus_restart", table.into_text())])
}

/// Makes a group that handed entries to the member, which began some of them and died.
fn make_pending(environment: &Environment, group: &str, pending: u64, begun: u64) -> Result<()> {
    if pending == 0 {
        return Ok(());
    }
    let mut connection = environment.connect()?;
    cmd("XGROUP").arg("CREATE").arg(TOPIC).arg(group).arg("0").exec(&mut connection)?;
    let mut read = cmd("XREADGROUP");
    read.arg("GROUP").arg(group).arg(MEMBER).arg("COUNT").arg(pending);
    let read: Value = read.arg("STREAMS").arg(TOPIC).arg(">").query(&mut connection)?;
    for id in ids(&read).ok_or("the topic is empty")?.take(usize::try_from(begun)?) {
        let mut claim = cmd("XCLAIM");
        claim.arg(TOPIC).arg(group).arg(MEMBER).arg(0).arg(id).arg("RETRYCOUNT").arg(2).arg("JUSTID");
        claim.exec(&mut connection)?;
    }
    Ok(())
}
