//! Consumers are killed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{
    balance::{Balance, report},
    office::{Office, eventually, wait},
    proxy::random,
};

#[test]
fn an_auditor_that_is_killed_in_the_middle_of_an_entry_handles_it_after_all() {
    let office = Office::new();
    let mut clerk = office.clerk(&json!({"count": 300, "accounts": 7}));
    assert!(clerk.end().success());
    let mut killed = BTreeSet::new();
    for process in 0..4 {
        let mut auditor = office.auditor("ann", &json!({"work_micros": 10_000}));
        eventually("some are handled", || auditor.lines() > 8);
        wait(random() % 10);
        auditor.kill();
        killed.insert(process);
    }
    let mut auditor = office.auditor("ann", &json!({}));
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("killed in the middle of an entry", &balance.summary());
    balance.check(300);
    balance.check_order();
    balance.check_duplicates(&killed, 100);
    assert!(balance.dead.is_empty(), "{:?}", balance.dead);
}

#[test]
fn what_a_killed_auditor_had_goes_to_the_others() {
    let office = Office::new();
    let mut clerk = office.clerk(&json!({"count": 500}));
    assert!(clerk.end().success());
    let slow = json!({"work_micros": 20_000, "claim_millis": 600, "receiver_millis": 400});
    let mut ann = office.auditor("ann", &slow);
    eventually("some are handled", || ann.lines() > 5);
    ann.kill();
    let mut bob = office.auditor("bob", &json!({"claim_millis": 600, "receiver_millis": 400}));
    office.until_done();
    assert!(bob.stop().success());
    let balance = Balance::of(&office);
    report("claimed by another", &balance.summary());
    balance.check(500);
    balance.check_duplicates(&BTreeSet::from([0]), 100);
}

#[test]
fn an_entry_that_ends_each_process_is_a_dead_letter_and_blocks_nothing() {
    let office = Office::new();
    let tasks: Vec<&str> = (0..50)
        .map(|number| match number {
            20 => "abort",
            30 => "abort_once",
            _ => "",
        })
        .collect();
    let mut clerk = office.clerk(&json!({"count": 50, "tasks": tasks}));
    assert!(clerk.end().success());
    let mut processes = 0;
    let mut auditor = office.auditor("ann", &json!({}));
    eventually("all are done", || {
        if auditor.has_ended().is_some() {
            processes += 1;
            auditor = office.auditor("ann", &json!({}));
        }
        let balance = Balance::of(&office);
        balance.handled().len() + balance.dead.len() >= 50
    });
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("entries that end the process", &format!("{processes} processes ended: {}", balance.summary()));
    balance.check(50);
    assert_eq!(balance.dead, BTreeMap::from([((0, 20), 5)]));
    assert_eq!(processes, 6);
    balance.check_order();
}
