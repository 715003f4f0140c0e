//! Losses while connections break, processes die, and somebody moves or deletes the group.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    proxy::Proxy,
    scenario::{GROUP, Scenario, TOPIC, events, eventually, wait},
    trimming::check,
};

#[test]
fn every_lost_entry_is_reported_although_connections_break() {
    let mut scenario = Scenario::new();
    scenario.settings["EVENT_BUS_REDIS_STREAM_MAX_LEN"] = json!(1000);
    scenario.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!("background");
    let each = events(10_000) / 2;
    let direct = scenario.url.clone();
    let proxy = Proxy::start(scenario.server.port(), 30_000);
    scenario.url = format!("redis://127.0.0.1:{}/?socket_timeout=1", proxy.port);
    let slow = json!({"work_micros": 300, "audit": true});
    let mut consumers = ["ann", "bob", "eve"].map(|name| scenario.consumer(name, &slow));
    eventually("the group exists", || {
        scenario
            .server
            .try_ask::<redis::Value>(&["XINFO", "GROUPS", TOPIC])
            .is_ok_and(|groups| format!("{groups:?}").contains(GROUP))
    });
    let through = std::mem::replace(&mut scenario.url, direct);
    let mut producers = [0, 0].map(|_| scenario.producer(&json!({"count": each})));
    scenario.url = through;
    wait(300);
    consumers[0].kill();
    consumers[0] = scenario.consumer("ann", &slow);
    for producer in &mut producers {
        assert!(producer.end().success(), "{}", producer.log());
    }
    wait(300);
    proxy.calm();
    scenario.until_done();
    for consumer in &mut consumers {
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    let ledger = Ledger::of(&scenario);
    report("MAX_LEN 1000, connections cut", &format!("{} times: {}", proxy.cuts(), ledger.summary()));
    assert!(ledger.lost_unread > 0 && proxy.cuts() > 0, "{}", ledger.summary());
    check(&ledger, 2 * each);
}

#[test]
fn a_python_member_that_skips_unread_items_is_reported() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 1000}));
    assert!(producer.end().success());
    let mut consumer = scenario.consumer("ann", &json!({"work_micros": 20_000}));
    eventually("some items are handled", || consumer.lines() > 10);
    // The member starts without `check_backlog`, and reads new entries only.
    let _: () = scenario.ask(&["XGROUP", "SETID", TOPIC, GROUP, "$"]);
    let mut producer = scenario.producer(&json!({"count": 20}));
    assert!(producer.end().success());
    let _: redis::Value = scenario.ask(&["XREADGROUP", "GROUP", GROUP, "python", "STREAMS", TOPIC, ">"]);
    eventually("the operator is told", || consumer.log().contains("and skips the unread entries"));
    assert!(consumer.stop().success(), "{}", consumer.log());
}

#[test]
fn items_of_a_dead_member_survive_the_deletion_of_their_group() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"count": 500}));
    assert!(producer.end().success());
    let slow = json!({"work_micros": 10_000, "claim_millis": 60_000});
    let mut bob = scenario.consumer("bob", &slow);
    eventually("bob handles some", || bob.lines() > 5);
    let mut ann = scenario.consumer("ann", &slow);
    eventually("ann handles some", || ann.lines() > 5);
    bob.kill();
    wait(300);
    assert_eq!(scenario.ask::<u64>(&["XGROUP", "DESTROY", TOPIC, GROUP]), 1);
    eventually("all items are handled", || Ledger::of(&scenario).missing().is_empty());
    scenario.until_done();
    assert!(ann.stop().success(), "{}", ann.log());
    let ledger = Ledger::of(&scenario);
    report("group deleted while a member was dead", &ledger.summary());
    ledger.check(500);
}

#[test]
fn items_that_a_killed_process_had_only_received_run_at_the_same_time() {
    let scenario = Scenario::new();
    let count = events(1000).min(10_000);
    let mut producer = scenario.producer(&json!({"count": count, "keys": 1000}));
    assert!(producer.end().success());
    let _: () = scenario.ask(&["XGROUP", "CREATE", TOPIC, GROUP, "0"]);
    let _: redis::Value = scenario.ask(&[
        "XREADGROUP",
        "GROUP",
        GROUP,
        "ann",
        "COUNT",
        &count.to_string(),
        "STREAMS",
        TOPIC,
        ">",
    ]);
    let begun = Instant::now();
    let work = Duration::from_millis(10);
    let mut consumer = scenario.consumer(
        "ann",
        &json!({"concurrency": 16, "work_micros": u64::try_from(work.as_micros()).unwrap()}),
    );
    scenario.until_done();
    let took = begun.elapsed();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report(
        "pending after a restart",
        &format!("{count} items of {work:?} in {took:.1?}: {}", ledger.summary()),
    );
    ledger.check(usize::try_from(count).unwrap());
    assert_eq!(ledger.duplicates(), 0);
    // One after another, they take longer than this on any machine.
    assert!(took < work * u32::try_from(count).unwrap(), "{took:?}");
}
