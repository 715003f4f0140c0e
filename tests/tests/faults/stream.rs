//! The stream or the group is deleted, or the server is out of memory.

use serde_json::json;

use super::{
    fault::now,
    ledger::{Ledger, report},
    scenario::{GROUP, Scenario, TOPIC, eventually, wait},
    server::{finish, start},
};

#[test]
fn a_deleted_group_loses_nothing() {
    let mut scenario = Scenario::new();
    let (mut producers, mut consumers) = start(&mut scenario);
    let mut deleted = 0;
    for _ in 0..4 {
        wait(300);
        deleted += scenario.ask::<u64>(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    }
    wait(300);
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    report("group deleted", &format!("{deleted} times: {}", ledger.summary()));
    assert!(deleted > 1);
    assert!(ledger.log.iter().any(|line| line.contains("was lost, and is re-created")), "{:?}", ledger.log);
    ledger.check(500);
}

#[test]
fn a_deleted_stream_loses_only_its_own_entries() {
    let scenario = Scenario::new();
    let mut producers = [0, 0].map(|_| scenario.producer(&json!({"pause_micros": 200})));
    let mut consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({})));
    let mut deleted = 0;
    for _ in 0..3 {
        wait(300);
        let _: u64 = scenario.ask(&["DEL", TOPIC]);
        deleted = now();
    }
    wait(300);
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    let missing = ledger.missing();
    report("stream deleted", &format!("{}: the missing ones were in it", ledger.summary()));
    let ours: Vec<_> = missing.iter().filter(|id| ledger.accepted[id] > deleted).collect();
    assert!(ours.is_empty(), "accepted after the stream was deleted, but missing: {ours:?}");
    assert!(ledger.accepted.len() > 500 && missing.len() < ledger.accepted.len() / 2);
}

#[test]
fn a_server_out_of_memory_loses_nothing() {
    let mut scenario = Scenario::new();
    let tasks = json!({"tasks": ["", "", "", "", "refuse"], "pause_micros": 300});
    let before = scenario.settings.clone();
    scenario.settings["EVENT_BUS_PRODUCER_TIMEOUT"] = json!(0.3);
    let mut producers = vec![scenario.producer(&tasks)];
    scenario.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!("background");
    producers.push(scenario.producer(&tasks));
    scenario.settings = before;
    // Consumers that are slower than the producers have entries to refuse when the memory ends.
    let mut consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({"work_micros": 500})));
    for _ in 0..2 {
        eventually("there are dead letters", || !Ledger::of(&scenario).dead.is_empty());
        let _: String = scenario.ask(&["CONFIG", "SET", "maxmemory", "1"]);
        wait(700);
        let _: String = scenario.ask(&["CONFIG", "SET", "maxmemory", "0"]);
        wait(300);
    }
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    report("no memory", &ledger.summary());
    ledger.check(500);
    assert!(ledger.log.iter().any(|line| line.contains("OOM")), "{:?}", ledger.log);
}
