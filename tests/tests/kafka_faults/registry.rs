//! The registry is away, and records are unreadable.

use std::{
    thread,
    time::{Duration, Instant},
};

use openedx_events::codec;
use openedx_events_tests::{kafka_server::Record, schema_registry::Fault};
use serde_json::json;

use super::{
    fault::ItemSent,
    ledger::{Ledger, report},
    scenario::{Scenario, eventually, outage, wait},
};

/// While the registry is away, a consumer that does not know the schema hands nothing out and loses nothing.
#[test]
fn a_registry_away_delays_a_consumer() {
    let Some(scenario) = Scenario::new() else { return };
    scenario.produce(&json!({"count": 200}));
    for fault in [Fault::Away, Fault::status(503), Fault::HangUp] {
        scenario.registry.fail(fault.clone());
        let mut consumer = scenario.consumer("ann", &json!({}));
        if fault == Fault::HangUp {
            thread::sleep(outage());
        } else {
            wait(2500);
        }
        assert_eq!((consumer.lines(), consumer.has_ended()), (0, None), "{fault:?}: {}", consumer.log());
        assert!(consumer.log().contains("registry"), "{fault:?}: it says why: {}", consumer.log());
        if fault != Fault::HangUp {
            consumer.kill();
            continue;
        }
        scenario.registry.recover();
        let begun = Instant::now();
        scenario.until_done();
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    let ledger = Ledger::of(&scenario);
    report("registry away", &ledger.summary());
    ledger.check(200);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}

/// A producer that has sent an event of the type needs no registry any more. Another one reports each failure.
#[test]
fn a_registry_away_delays_a_producer() {
    let Some(mut scenario) = Scenario::new() else { return };
    scenario.settings["EVENT_BUS_PRODUCER_TIMEOUT"] = json!(1.0);
    let mut knows = scenario.producer(&json!({"pause_micros": 1000}));
    eventually("items are accepted", || knows.lines() > 10);
    scenario.registry.fail(Fault::Away);
    let before = knows.lines();
    let mut new = scenario.producer(&json!({"pause_micros": 1000}));
    thread::sleep(outage());
    assert!(knows.lines() > before + 100, "{}", knows.log());
    assert_eq!(new.lines(), 0);
    assert!(new.log().contains("registry"), "it says why: {}", new.log());
    scenario.registry.recover();
    eventually("the other one sends as well", || new.lines() > 10);
    for producer in [&mut knows, &mut new] {
        assert!(producer.stop().success(), "{}", producer.log());
    }
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("registry away from producers", &ledger.summary());
    ledger.check(100);
}

/// A description, the damage to a record, and whether its event can still be read.
type Damage = (&'static str, fn(&mut Record), bool);

fn set(record: &mut Record, name: &str, value: Option<&[u8]>) {
    let header = record.headers.iter_mut().find(|(header, _)| header == name).unwrap();
    header.1 = value.map(<[u8]>::to_vec);
}

fn avro(record: &mut Record) -> &mut Vec<u8> {
    record.value.as_mut().unwrap()
}

const DAMAGES: &[Damage] = &[
    ("a tombstone", |record| record.value = None, false),
    ("an empty value", |record| avro(record).clear(), false),
    ("a short frame", |record| avro(record).truncate(4), false),
    ("no bytes after the frame", |record| avro(record).truncate(5), false),
    ("another magic byte", |record| avro(record)[0] = 7, false),
    ("no frame", |record| drop(avro(record).drain(..5)), false),
    ("an unknown schema", |record| avro(record)[1..5].copy_from_slice(&[0, 0, 0x12, 0x67]), false),
    ("truncated bytes", |record| avro(record).truncate(9), false),
    ("undecodable bytes", |record| avro(record)[5..].fill(0xff), false),
    ("an extra byte, which Python also ignores", |record| avro(record).push(0), true),
    ("an unknown type", |record| set(record, "ce_type", Some(b"com.example.faults.item.burnt.v1")), false),
    ("a type that is not UTF-8", |record| set(record, "ce_type", Some(b"\xff\xfe")), false),
    ("no type", |record| record.headers.retain(|(name, _)| name != "ce_type"), false),
    ("no headers", |record| record.headers.clear(), false),
    ("a null type", |record| set(record, "ce_type", None), false),
    ("no id", |record| record.headers.retain(|(name, _)| name != "ce_id"), false),
    ("an invalid id", |record| set(record, "ce_id", Some(b"no id")), false),
    ("a time without an offset", |record| set(record, "ce_time", Some(b"2026-01-02T03:04:05")), false),
    ("an invalid minor version", |record| set(record, "ce_minorversion", Some(b"seven")), false),
    ("no source", |record| record.headers.retain(|(name, _)| name != "ce_source"), true),
    ("a key that is not a frame", |record| record.key = Some(b"a".to_vec()), true),
    ("no key", |record| record.key = None, true),
    (
        "an extra header",
        |record| record.headers.push(("traceparent".to_owned(), Some(b"00-1".to_vec()))),
        true,
    ),
];

/// Each kind of unreadable record becomes a dead letter with its bytes, and the good ones around it are handled.
#[test]
fn unreadable_records_become_dead_letters() {
    let Some(scenario) = Scenario::new() else { return };
    scenario.produce(&json!({"count": 1, "keys": 1}));
    let sample = scenario.kafka().records(&scenario.topic).pop().unwrap();
    let frame = sample.value.as_ref().unwrap()[..5].to_vec();
    let mut records = Vec::new();
    for (number, (_, damage, _)) in (1_i64..).zip(DAMAGES) {
        let item = ItemSent { producer: 7, number, key: "key 0".to_owned(), task: String::new() };
        let value = [&frame[..], &codec::encode(&item)].concat();
        let mut record = Record { value: Some(value), ..sample.clone() };
        damage(&mut record);
        records.push(record);
    }
    scenario.kafka().write(&scenario.topic, &records);
    scenario.produce(&json!({"count": 1, "keys": 1}));
    // An unknown schema may be one that has not reached all replicas of the registry, so it takes a minute.
    let mut consumer = scenario.consumer("ann", &json!({}));
    openedx_events_tests::eventually("everything is committed", Duration::from_secs(150), || {
        scenario.kafka().lag(&scenario.topic, &scenario.group) == 0
    });
    assert!(consumer.stop().success(), "{}", consumer.log());
    let letters = scenario.dead_letter_records();
    let ledger = Ledger::of(&scenario);
    report("unreadable records", &ledger.summary());
    let handled = ledger.handled();
    assert!(handled.contains(&(0, 0)) && handled.contains(&(1, 0)), "{handled:?}");
    for (number, (what, _, is_readable)) in (1_i64..).zip(DAMAGES) {
        assert_eq!(handled.contains(&(7, number)), *is_readable, "{what}: {}", consumer.log());
    }
    let unreadable: Vec<&Record> =
        records.iter().zip(DAMAGES).filter(|(_, damage)| !damage.2).map(|(record, _)| record).collect();
    assert_eq!(letters.len(), unreadable.len(), "{letters:#?}");
    for record in unreadable {
        // A tombstone would delete the dead letter.
        let value = record.value.clone().unwrap_or_default();
        let is_kept = |letter: &&Record| {
            letter.value.as_ref() == Some(&value) && letter.headers.starts_with(&record.headers)
        };
        assert!(letters.iter().any(|letter| is_kept(&letter)), "{record:?} in {letters:#?}");
    }
}
