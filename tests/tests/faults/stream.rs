//! Somebody deletes the stream or the group, or the server has no memory left.

use serde_json::json;

use super::{
    balance::{Balance, report},
    books::now,
    office::{GROUP, Office, TOPIC, eventually, wait},
    server::{close, staff},
};

#[test]
fn a_group_that_is_deleted_loses_nothing() {
    let mut office = Office::new();
    let (mut clerks, mut auditors) = staff(&mut office);
    let mut deleted = 0;
    for _ in 0..4 {
        wait(300);
        deleted += office.ask::<u64>(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    }
    wait(300);
    let balance = close(&office, &mut clerks, &mut auditors);
    report("group deleted", &format!("{deleted} times: {}", balance.summary()));
    assert!(deleted > 1);
    assert!(
        balance.log.iter().any(|line| line.contains("was lost, and is created again")),
        "{:?}",
        balance.log
    );
    balance.check(500);
}

#[test]
fn a_stream_that_is_deleted_takes_only_what_it_had() {
    let office = Office::new();
    let mut clerks = [0, 0].map(|_| office.clerk(&json!({"pause_micros": 200})));
    let mut auditors = ["ann", "bob"].map(|name| office.auditor(name, &json!({})));
    let mut deleted = 0;
    for _ in 0..3 {
        wait(300);
        let _: u64 = office.ask(&["DEL", TOPIC]);
        deleted = now();
    }
    wait(300);
    let balance = close(&office, &mut clerks, &mut auditors);
    let missing = balance.missing();
    report("stream deleted", &format!("{}: those that are missing were in it", balance.summary()));
    let ours: Vec<_> = missing.iter().filter(|id| balance.accepted[id] > deleted).collect();
    assert!(ours.is_empty(), "sent after the stream was deleted, accepted, and missing: {ours:?}");
    assert!(balance.accepted.len() > 500 && missing.len() < balance.accepted.len() / 2);
}

#[test]
fn a_server_without_memory_loses_nothing() {
    let mut office = Office::new();
    let tasks = json!({"tasks": ["", "", "", "", "refuse"], "pause_micros": 300});
    let before = office.settings.clone();
    office.settings["EVENT_BUS_PRODUCER_TIMEOUT"] = json!(0.3);
    let mut clerks = vec![office.clerk(&tasks)];
    office.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!("background");
    clerks.push(office.clerk(&tasks));
    office.settings = before;
    let mut auditors = ["ann", "bob"].map(|name| office.auditor(name, &json!({})));
    for _ in 0..2 {
        eventually("there are dead letters", || !Balance::of(&office).dead.is_empty());
        let _: String = office.ask(&["CONFIG", "SET", "maxmemory", "1"]);
        wait(700);
        let _: String = office.ask(&["CONFIG", "SET", "maxmemory", "0"]);
        wait(300);
    }
    let balance = close(&office, &mut clerks, &mut auditors);
    report("no memory", &balance.summary());
    balance.check(500);
    assert!(balance.log.iter().any(|line| line.contains("OOM")), "{:?}", balance.log);
}
