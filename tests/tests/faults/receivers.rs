//! Receivers that fail: they panic, fail permanently, exceed their timeout, or fail a few times and then succeed.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    scenario::{Scenario, eventually, wait},
};

#[test]
fn failing_receivers_lose_nothing() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({
        "count": 200,
        "keys": 9,
        "tasks": ["", "panic", "panic 1", "refuse", "fail", "fail 3", "fail 4", "fail 5", "", ""],
    }));
    assert!(producer.end().success());
    let mut consumer = scenario.consumer("ann", &json!({"concurrency": 4}));
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    report("failing receivers", &ledger.summary());
    ledger.check(200);
    assert_eq!(ledger.duplicates(), 0);
    // The number of attempts of each dead letter.
    let expected = (0..200).filter_map(|number| match number % 10 {
        1 | 4 | 7 => Some(((0, number), 5)),
        3 => Some(((0, number), 1)),
        _ => None,
    });
    assert_eq!(ledger.dead, expected.collect::<BTreeMap<_, _>>());
}

#[test]
fn a_hanging_receiver_ends_the_process_and_loses_nothing() {
    let scenario = Scenario::new();
    let tasks: Vec<&str> = (0..40)
        .map(|number| match number {
            10 => "hang",
            25 => "hang_once",
            _ => "",
        })
        .collect();
    let mut producer = scenario.producer(&json!({"count": 40, "tasks": tasks}));
    assert!(producer.end().success());
    let options = json!({"receiver_millis": 150, "claim_millis": 600});
    let codes = scenario.consume_with_restarts(&options, 40);
    let ledger = Ledger::of(&scenario);
    report("hanging receivers", &ledger.summary());
    ledger.check(40);
    assert_eq!(ledger.dead, BTreeMap::from([((0, 10), 5)]));
    assert_eq!(codes, [Some(3); 6], "five times for one item and once for the other");
    assert!(ledger.log.iter().any(|line| line.contains("handle` took longer than")), "{:?}", ledger.log);
}

#[test]
fn a_paused_process_does_not_blame_its_receiver() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 12, "tasks": ["steps"]}));
    assert!(producer.end().success());
    // A receiver takes 200 milliseconds.
    let mut consumer = scenario.consumer("ann", &json!({"receiver_millis": 1000, "claim_millis": 60_000}));
    for handled in [2, 5] {
        eventually("some items are handled", || consumer.lines() >= handled);
        wait(30);
        consumer.pause_for(Duration::from_millis(1500));
    }
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    ledger.check(12);
    assert_eq!(ledger.duplicates(), 0);
}
