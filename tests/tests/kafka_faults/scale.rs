//! Many events.

use std::time::Instant;

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    scenario::{Scenario, events, patience, wait},
};

#[test]
fn three_members_survive_kills() {
    let Some(scenario) = Scenario::new() else { return };
    let each = events(6000) / 2;
    let begun = Instant::now();
    let mut producers = [0, 0].map(|_| scenario.producer(&json!({"count": each, "pause_micros": 300})));
    let options = json!({"work_micros": 100});
    let names = ["ann", "bob", "eve"];
    let mut consumers = names.map(|name| scenario.consumer(name, &options));
    let mut killed = 0;
    let deadline = Instant::now() + patience();
    for turn in (0..names.len()).cycle() {
        wait(2500);
        let is_over = producers.iter_mut().all(|producer| producer.has_ended().is_some());
        if is_over && killed >= 3 && Ledger::of(&scenario).missing().is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{}", Ledger::of(&scenario).summary());
        consumers[turn].kill();
        killed += 1;
        consumers[turn] = scenario.consumer(names[turn], &options);
    }
    scenario.until_done();
    let took = begun.elapsed();
    for worker in producers.iter_mut().chain(&mut consumers) {
        assert!(worker.stop().success(), "{}", worker.log());
    }
    let ledger = Ledger::of(&scenario);
    report("three members, killed in turn", &format!("{killed} killed in {took:.1?}: {}", ledger.summary()));
    ledger.check(usize::try_from(2 * each).unwrap());
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}
