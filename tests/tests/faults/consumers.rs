//! Consumers are killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use openedx_events::event_bus::EventBus;
use serde_json::json;

use super::{
    ledger::{Ledger, report},
    proxy::random,
    scenario::{GROUP, Scenario, TOPIC, eventually, wait},
};

#[test]
fn an_item_interrupted_by_a_kill_is_handled_after_a_restart() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 300, "keys": 7}));
    assert!(producer.end().success());
    let mut killed = BTreeSet::new();
    for process in 0..4 {
        let mut consumer = scenario.consumer("ann", &json!({"work_micros": 10_000}));
        eventually("some items are handled", || consumer.lines() > 8);
        wait(random() % 10);
        consumer.kill();
        killed.insert(process);
    }
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    report("killed while handling an item", &ledger.summary());
    ledger.check(300);
    ledger.check_order();
    ledger.check_duplicates(&killed, 100);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}

#[test]
fn other_members_claim_the_items_of_a_killed_one() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 500}));
    assert!(producer.end().success());
    let slow = json!({"work_micros": 20_000, "claim_millis": 600, "receiver_millis": 400});
    let mut ann = scenario.consumer("ann", &slow);
    eventually("some items are handled", || ann.lines() > 5);
    ann.kill();
    let mut bob = scenario.consumer("bob", &json!({"claim_millis": 600, "receiver_millis": 400}));
    scenario.until_done();
    assert!(bob.stop().success());
    let ledger = Ledger::of(&scenario);
    report("claimed by another member", &ledger.summary());
    ledger.check(500);
    ledger.check_duplicates(&BTreeSet::from([0]), 100);
}

#[test]
fn an_item_that_crashes_every_process_becomes_a_dead_letter() {
    let scenario = Scenario::new();
    let tasks: Vec<&str> = (0..50)
        .map(|number| match number {
            20 => "abort",
            30 => "abort_once",
            _ => "",
        })
        .collect();
    let mut producer = scenario.producer(&json!({"count": 50, "tasks": tasks}));
    assert!(producer.end().success());
    let processes = scenario.consume_with_restarts(&json!({}), 50).len();
    let ledger = Ledger::of(&scenario);
    report("items that crash the process", &format!("{processes} processes crashed: {}", ledger.summary()));
    ledger.check(50);
    assert_eq!(ledger.dead, BTreeMap::from([((0, 20), 5)]));
    // The first crash does not count: nobody knows which of the delivered items had begun.
    assert_eq!(processes, 7);
    ledger.check_order();
}

#[test]
fn a_kill_during_a_pause_counts_no_attempt() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 40, "keys": 5, "tasks": ["need"]}));
    assert!(producer.end().success());
    // More kills than attempts.
    for _ in 0..7 {
        let mut consumer = scenario.consumer("ann", &json!({"concurrency": 3}));
        eventually("it pauses", || consumer.log().contains("paused: "));
        wait(random() % 300);
        consumer.kill();
    }
    let attempts = scenario.bus().operations().unwrap().pending(TOPIC, GROUP, None, 100).unwrap();
    assert!(!attempts.is_empty());
    let attempts: Vec<_> = attempts.into_iter().filter(|pending| pending.attempts > 1).collect();
    assert!(attempts.is_empty(), "a process was killed during at most one attempt: {attempts:?}");
    fs::write(scenario.processes.folder.join("mark.up"), "").unwrap();
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    report("killed during a pause", &ledger.summary());
    ledger.check(40);
    ledger.check_order();
    assert!(ledger.dead.is_empty() && ledger.duplicates() == 0, "{:?}", ledger.dead);
}
