//! The primary dies and a replica takes over.

use std::collections::BTreeSet;

use openedx_events::{
    codec,
    event_bus::{EventBus, Start},
};
use openedx_events_tests::redis_server::Setup;
use serde_json::json;

use super::{
    fault::ItemSent,
    ledger::{Id, Ledger, report},
    scenario::{Scenario, TOPIC, eventually},
};

/// Returns the items of all entries on the server.
fn on_server(scenario: &Scenario) -> BTreeSet<Id> {
    let mut operations = scenario.bus().operations().unwrap();
    let mut found = BTreeSet::new();
    let mut cursor = operations.cursor(TOPIC, &Start::Backlog).unwrap();
    loop {
        let page = operations.read(TOPIC, &cursor, 1000).unwrap();
        if page.entries.is_empty() {
            return found;
        }
        cursor = page.next;
        for entry in &page.entries {
            let made: ItemSent = codec::decode(entry.message.event_data().unwrap()).unwrap();
            found.insert((made.producer, made.number));
        }
    }
}

#[test]
fn a_failover_loses_only_entries_that_the_replica_lacks() {
    let mut scenario = Scenario::new();
    let replica =
        Setup::new().argument("--replicaof", &format!("127.0.0.1 {}", scenario.server.port())).start();
    let sentinel = Setup::new().sentinel_of(scenario.server.port()).start();
    scenario.url = format!("redis+sentinel://127.0.0.1:{}/events?socket_timeout=1", sentinel.port());
    let mut producer = scenario.producer(&json!({"pause_micros": 300}));
    let mut consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({})));
    eventually("the sentinel knows the replica", || {
        let replicas = sentinel.try_ask::<redis::Value>(&["SENTINEL", "REPLICAS", "events"]);
        replicas.is_ok_and(|replicas| format!("{replicas:?}").contains(&replica.port().to_string()))
    });
    eventually("the primary accepts entries", || producer.lines() > 200);
    scenario.server.kill();
    let before = producer.lines();
    // From here on, the test uses the new primary.
    let old = std::mem::replace(&mut scenario.server, replica);
    eventually("the new primary accepts entries", || producer.lines() > before + 200);
    assert!(producer.stop().success(), "{}", producer.log());
    scenario.until_done();
    for consumer in &mut consumers {
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    let ledger = Ledger::of(&scenario);
    let missing = ledger.missing();
    report("failover", &format!("{}: the server lost the missing ones", ledger.summary()));
    let there = on_server(&scenario);
    let ours: Vec<_> = missing.iter().filter(|id| there.contains(id)).collect();
    assert!(ours.is_empty(), "on the new primary but not handled: {ours:?}");
    assert!(ledger.accepted.len() > 400);
    drop(old);
}
