//! The primary dies, and a replica takes its place.

use std::collections::BTreeSet;

use openedx_events::{codec, event_bus::EventBus};
use openedx_events_tests::redis_server::Setup;
use serde_json::json;

use super::{
    balance::{Balance, Id, report},
    books::EntryMade,
    office::{Office, TOPIC, eventually, wait},
};

/// All entries that the server has.
fn on_server(office: &Office) -> BTreeSet<Id> {
    let mut operations = office.bus().operations().unwrap();
    let (mut found, mut after) = (BTreeSet::new(), None);
    loop {
        let entries = operations.read(TOPIC, after.as_ref(), 1000).unwrap();
        let Some(last) = entries.last() else { return found };
        after = Some(last.id.clone());
        for entry in &entries {
            let made: EntryMade = codec::decode(entry.message.event_data().unwrap()).unwrap();
            found.insert((made.clerk, made.number));
        }
    }
}

#[test]
fn a_failover_loses_only_what_the_replica_did_not_have() {
    let mut office = Office::new();
    let replica =
        Setup::new().argument("--replicaof", &format!("127.0.0.1 {}", office.server.port())).start();
    let sentinel = Setup::new().sentinel_of(office.server.port()).start();
    office.url = format!("redis+sentinel://127.0.0.1:{}/events?socket_timeout=1", sentinel.port());
    let mut clerk = office.clerk(&json!({"pause_micros": 300}));
    let mut auditors = ["ann", "bob"].map(|name| office.auditor(name, &json!({})));
    let ask = |words: &[&str]| {
        let mut connection = redis::Client::open(sentinel.url()).unwrap().get_connection().unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query::<redis::Value>(&mut connection).map(|value| format!("{value:?}")).unwrap_or_default()
    };
    eventually("the sentinel knows the replica", || {
        ask(&["SENTINEL", "REPLICAS", "events"]).contains(&replica.port().to_string())
    });
    wait(500);
    office.server.kill();
    let before = clerk.lines();
    // The test looks at the new primary from here on.
    let old = std::mem::replace(&mut office.server, replica);
    eventually("the new primary takes entries", || clerk.lines() > before + 200);
    assert!(clerk.stop().success(), "{}", clerk.said());
    office.until_done();
    for auditor in &mut auditors {
        assert!(auditor.stop().success(), "{}", auditor.said());
    }
    let balance = Balance::of(&office);
    let missing = balance.missing();
    report("failover", &format!("{}: the server lost those that are missing", balance.summary()));
    let there = on_server(&office);
    let ours: Vec<_> = missing.iter().filter(|id| there.contains(id)).collect();
    assert!(ours.is_empty(), "on the new primary, and not handled: {ours:?}");
    assert!(balance.accepted.len() > 400);
    drop(old);
}
