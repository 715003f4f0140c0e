//! Receivers fail: they panic, refuse, hang past their deadline, or fail some times and then work.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    balance::{Balance, report},
    office::{Office, eventually},
};

#[test]
fn receivers_that_fail_in_all_ways_lose_nothing() {
    let office = Office::new();
    let mut clerk = office.clerk(&json!({
        "count": 200,
        "accounts": 9,
        "tasks": ["", "panic", "panic 1", "refuse", "fail", "fail 3", "fail 4", "fail 5", "", ""],
    }));
    assert!(clerk.end().success());
    let mut auditor = office.auditor("ann", &json!({"concurrency": 4}));
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("receivers that fail", &balance.summary());
    balance.check(200);
    assert_eq!(balance.duplicates(), 0);
    // What each comes to: the number of attempts, where it ends among the dead letters.
    let expected = (0..200).filter_map(|number| match number % 10 {
        1 | 4 | 7 => Some(((0, number), 5)),
        3 => Some(((0, number), 1)),
        _ => None,
    });
    assert_eq!(balance.dead, expected.collect::<BTreeMap<_, _>>());
}

#[test]
fn a_receiver_that_hangs_ends_the_process_and_loses_nothing() {
    let office = Office::new();
    let tasks: Vec<&str> = (0..40)
        .map(|number| match number {
            10 => "hang",
            25 => "hang_once",
            _ => "",
        })
        .collect();
    let mut clerk = office.clerk(&json!({"count": 40, "tasks": tasks}));
    assert!(clerk.end().success());
    let deadlines = json!({"receiver_millis": 150, "claim_millis": 600});
    let mut auditor = office.auditor("ann", &deadlines);
    let mut codes = Vec::new();
    eventually("all are done", || {
        if let Some(status) = auditor.has_ended() {
            codes.push(status.code());
            auditor = office.auditor("ann", &deadlines);
        }
        let balance = Balance::of(&office);
        balance.handled().len() + balance.dead.len() >= 40
    });
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("receivers that hang", &balance.summary());
    balance.check(40);
    assert_eq!(balance.dead, BTreeMap::from([((0, 10), 5)]));
    assert_eq!(codes, [Some(3); 6], "5 times for the one, once for the other");
    assert!(balance.log.iter().any(|line| line.contains("audit` has had entry")), "{:?}", balance.log);
}
