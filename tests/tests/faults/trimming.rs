//! Entries that are trimmed before they are handled are all reported.

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    process::Process,
    scenario::{GROUP, Scenario, TOPIC, events, eventually, wait},
};

/// Checks that each entry was either counted as trimmed before it was read, or delivered to a consumer. Delivered entries that
/// were trimmed before a receiver ran are reported by id.
pub(crate) fn check(ledger: &Ledger, added: u64) {
    assert_eq!(ledger.lost_uncounted, 0, "{:#?}", ledger.log);
    let delivered = ledger.received.union(&ledger.lost_pending).count() as u64;
    assert_eq!(ledger.lost_unread + delivered, added, "{}; delivered {delivered}", ledger.summary());
    assert!(ledger.handled().len() <= ledger.received.len());
}

#[test]
fn entries_trimmed_while_pending_are_reported() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 1000}));
    assert!(producer.end().success());
    let slow = json!({"work_micros": 5000, "audit": true});
    let mut killed = scenario.consumer("ann", &slow);
    // The member has read one batch of a hundred entries, and at most another one ahead.
    eventually("some items are handled", || killed.lines() > 10);
    killed.kill();
    assert_eq!(scenario.ask::<u64>(&["XTRIM", TOPIC, "MAXLEN", "750"]), 250);
    let mut consumer = scenario.consumer("ann", &json!({"audit": true}));
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    report("trimmed while pending", &ledger.summary());
    check(&ledger, 1000);
    assert!(
        ledger.lost_pending.len() >= 60 && (1..=190).contains(&ledger.lost_unread),
        "{}",
        ledger.summary()
    );
}

/// Starts a slow consumer that has read all entries, and trims the stream.
fn trimmed_after_reading() -> (Scenario, Process) {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 100}));
    assert!(producer.end().success());
    // The claims are renewed several times in the meantime.
    let slow = json!({"work_micros": 10_000, "audit": true, "receiver_millis": 300, "claim_millis": 900});
    let consumer = scenario.consumer("ann", &slow);
    eventually("some items are handled", || consumer.lines() > 10);
    let _: u64 = scenario.ask(&["XTRIM", TOPIC, "MAXLEN", "0"]);
    (scenario, consumer)
}

#[test]
fn entries_trimmed_after_they_were_read_are_handled() {
    let (scenario, mut consumer) = trimmed_after_reading();
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    ledger.check(100);
    assert_eq!((ledger.duplicates(), ledger.lost_unread), (0, 0));
}

#[test]
fn entries_trimmed_after_they_were_read_are_reported_after_a_stop() {
    let (scenario, mut consumer) = trimmed_after_reading();
    wait(300);
    assert!(consumer.stop().success());
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    report("trimmed and stopped", &ledger.summary());
    check(&ledger, 100);
    assert!(ledger.lost_pending.len() > 10 && ledger.lost_unread == 0, "{}", ledger.summary());
}

#[test]
fn a_stream_too_short_for_its_consumers_reports_every_lost_entry() {
    let mut scenario = Scenario::new();
    scenario.settings["EVENT_BUS_REDIS_STREAM_MAX_LEN"] = json!(1000);
    scenario.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!("background");
    let each = events(10_000) / 2;
    let slow = json!({"work_micros": 300, "audit": true});
    let mut consumers = ["ann", "bob", "eve"].map(|name| scenario.consumer(name, &slow));
    eventually("the group exists", || {
        scenario
            .server
            .try_ask::<redis::Value>(&["XINFO", "GROUPS", TOPIC])
            .is_ok_and(|groups| format!("{groups:?}").contains(GROUP))
    });
    let mut producers = [0, 0].map(|_| scenario.producer(&json!({"count": each})));
    for producer in &mut producers {
        assert!(producer.end().success(), "{}", producer.log());
    }
    wait(100);
    scenario.until_done();
    for consumer in &mut consumers {
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    let ledger = Ledger::of(&scenario);
    report("MAX_LEN 1000", &ledger.summary());
    assert_eq!(ledger.accepted.len() as u64, 2 * each);
    assert!(ledger.lost_unread > 0, "{}", ledger.summary());
    check(&ledger, 2 * each);
    assert_eq!(ledger.missing().len() as u64, ledger.lost_unread + ledger.lost_pending.len() as u64);
}
