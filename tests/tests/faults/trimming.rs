//! Entries are dropped from the stream before they are handled: all of them are reported.

use serde_json::json;

use super::{
    balance::{Balance, report},
    office::{Office, TOPIC, events, eventually, wait},
};

/// Each entry was dropped before it was read, and counted, or it was given to an auditor; what was dropped then, and had
/// not begun, is reported by its id.
fn check(balance: &Balance, added: u64) {
    let given = balance.received.union(&balance.lost_pending).count() as u64;
    assert_eq!(balance.lost_unread + given, added, "{}; given {given}", balance.summary());
    assert!(balance.handled().len() <= balance.received.len());
}

#[test]
fn entries_that_are_trimmed_while_they_are_pending_are_reported() {
    let office = Office::new();
    let mut clerk = office.clerk(&json!({"count": 1000}));
    assert!(clerk.end().success());
    let slow = json!({"work_micros": 5000, "audit": true});
    let mut killed = office.auditor("ann", &slow);
    eventually("some are handled", || killed.lines() > 10);
    killed.kill();
    assert_eq!(office.ask::<u64>(&["XTRIM", TOPIC, "MAXLEN", "850"]), 150);
    let mut auditor = office.auditor("ann", &json!({"audit": true}));
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("trimmed under pending entries", &balance.summary());
    check(&balance, 1000);
    assert!(
        balance.lost_pending.len() >= 90 && (1..=50).contains(&balance.lost_unread),
        "{}",
        balance.summary()
    );
}

#[test]
fn entries_that_are_trimmed_while_they_are_in_hand_are_handled() {
    let office = Office::new();
    let mut clerk = office.clerk(&json!({"count": 100}));
    assert!(clerk.end().success());
    // The claims are renewed several times meanwhile.
    let slow = json!({"work_micros": 10_000, "audit": true, "receiver_millis": 300, "claim_millis": 900});
    let mut auditor = office.auditor("ann", &slow);
    eventually("some are handled", || auditor.lines() > 10);
    let _: u64 = office.ask(&["XTRIM", TOPIC, "MAXLEN", "0"]);
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    balance.check(100);
    assert_eq!((balance.duplicates(), balance.lost_unread), (0, 0));
}

#[test]
fn entries_that_are_trimmed_while_they_are_in_hand_are_reported_after_a_stop() {
    let office = Office::new();
    let mut clerk = office.clerk(&json!({"count": 100}));
    assert!(clerk.end().success());
    let slow = json!({"work_micros": 10_000, "audit": true, "receiver_millis": 300, "claim_millis": 900});
    let mut auditor = office.auditor("ann", &slow);
    eventually("some are handled", || auditor.lines() > 10);
    let _: u64 = office.ask(&["XTRIM", TOPIC, "MAXLEN", "0"]);
    wait(300);
    assert!(auditor.stop().success());
    let mut auditor = office.auditor("ann", &json!({}));
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("trimmed, and stopped", &balance.summary());
    check(&balance, 100);
    assert!(balance.lost_pending.len() > 10 && balance.lost_unread == 0, "{}", balance.summary());
}

#[test]
fn a_stream_that_is_too_short_for_its_auditors_loses_nothing_without_a_word() {
    let mut office = Office::new();
    office.settings["EVENT_BUS_REDIS_STREAM_MAX_LEN"] = json!(1000);
    office.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!("background");
    let each = events(10_000) / 2;
    let slow = json!({"work_micros": 300, "audit": true});
    let mut auditors = ["ann", "bob", "eve"].map(|name| office.auditor(name, &slow));
    eventually("the group is there", || {
        office
            .try_ask::<redis::Value>(&["XINFO", "GROUPS", TOPIC])
            .is_ok_and(|groups| format!("{groups:?}").contains("auditors"))
    });
    let mut clerks = [0, 0].map(|_| office.clerk(&json!({"count": each})));
    for clerk in &mut clerks {
        assert!(clerk.end().success(), "{}", clerk.said());
    }
    wait(100);
    office.until_done();
    for auditor in &mut auditors {
        assert!(auditor.stop().success(), "{}", auditor.said());
    }
    let balance = Balance::of(&office);
    report("MAX_LEN 1000", &balance.summary());
    assert_eq!(balance.accepted.len() as u64, 2 * each);
    assert!(balance.lost_unread > 0, "{}", balance.summary());
    check(&balance, 2 * each);
    assert_eq!(balance.missing().len() as u64, balance.lost_unread + balance.lost_pending.len() as u64);
}
