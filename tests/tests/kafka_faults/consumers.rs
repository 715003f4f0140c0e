//! Consumers are killed, paused, stopped and joined by others.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    scenario::{Scenario, eventually},
};

#[test]
fn an_item_interrupted_by_a_kill_is_handled_after_a_restart() {
    let Some(scenario) = Scenario::new() else { return };
    scenario.produce(&json!({"count": 300}));
    let mut killed = BTreeSet::new();
    for process in 0..3 {
        let mut consumer = scenario.consumer("ann", &json!({"work_micros": 5_000}));
        eventually("some items are handled", || consumer.lines() > 8);
        consumer.kill();
        killed.insert(process);
    }
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("killed while handling an item", &ledger.summary());
    ledger.check(300);
    check_order_of_keys(&ledger);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}

/// If members stop and start in an orderly way, no item is handled twice.
#[test]
fn a_rolling_restart_handles_each_item_once() {
    let Some(scenario) = Scenario::new() else { return };
    let mut producer = scenario.producer(&json!({"pause_micros": 500}));
    let names = ["ann", "bob", "eve"];
    let mut consumers = names.map(|name| scenario.consumer(name, &json!({"work_micros": 200})));
    eventually("the members handle items", || consumers.iter().all(|consumer| consumer.lines() > 20));
    for (consumer, name) in consumers.iter_mut().zip(names) {
        assert!(consumer.stop().success(), "{}", consumer.log());
        *consumer = scenario.consumer(name, &json!({"work_micros": 200}));
        eventually("the new member handles items", || consumer.lines() > 20);
    }
    assert!(producer.stop().success(), "{}", producer.log());
    scenario.until_done();
    for consumer in &mut consumers {
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    let ledger = Ledger::of(&scenario);
    report("rolling restart", &ledger.summary());
    ledger.check(200);
    check_order_of_keys(&ledger);
    assert_eq!(ledger.duplicates(), 0, "{}", ledger.summary());
}

/// If a member is paused beyond its session, the group gives its partitions to the other member. When the member continues, its
/// acknowledgements have no effect, and it joins again.
#[test]
fn a_member_paused_beyond_its_session_loses_nothing() {
    let Some(scenario) = Scenario::new() else { return };
    let mut producer = scenario.producer(&json!({"pause_micros": 500}));
    let mut consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({"work_micros": 200})));
    eventually("the members handle items", || consumers.iter().all(|consumer| consumer.lines() > 20));
    for _ in 0..2 {
        consumers[0].pause_for(Duration::from_millis(3500));
        let before = consumers[0].lines();
        eventually("it handles items again", || consumers[0].lines() > before + 20);
    }
    assert!(producer.stop().success(), "{}", producer.log());
    scenario.until_done();
    for consumer in &mut consumers {
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    let ledger = Ledger::of(&scenario);
    report("paused beyond the session", &ledger.summary());
    ledger.check(200);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}

#[test]
fn an_item_that_crashes_every_process_becomes_a_dead_letter() {
    let Some(scenario) = Scenario::new() else { return };
    let tasks: Vec<&str> = (0..50)
        .map(|number| match number {
            20 => "abort",
            30 => "abort_once",
            _ => "",
        })
        .collect();
    scenario.produce(&json!({"count": 50, "keys": 1, "tasks": tasks}));
    let mut consumer = scenario.consumer("ann", &json!({}));
    let mut crashes = 0;
    eventually("all items are done", || {
        if consumer.has_ended().is_some() {
            crashes += 1;
            consumer = scenario.consumer("ann", &json!({}));
        }
        scenario.kafka().lag(&scenario.topic, &scenario.group) == 0
    });
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("items that crash the process", &format!("{crashes} processes crashed: {}", ledger.summary()));
    ledger.check(50);
    assert_eq!(ledger.dead, BTreeMap::from([((0, 20), 5)]));
    check_order_of_keys(&ledger);
}

/// Checks that each process handled the items of each key in order, apart from repetitions.
fn check_order_of_keys(ledger: &Ledger) {
    for handled in &ledger.handled {
        let (mut seen, mut last) = (BTreeSet::new(), BTreeMap::new());
        for (producer, number) in handled {
            if seen.insert((*producer, *number)) {
                let before = last.insert((*producer, number % 50), *number);
                assert!(
                    before.is_none_or(|before| before < *number),
                    "producer {producer}: {number} after {before:?}"
                );
            }
        }
    }
}
