//! Unreadable messages among good ones.

use openedx_events::{
    codec,
    event_bus::{Envelope, EventBus, EventBusProducer},
};
use serde_json::json;
use std::time::{Duration, Instant};

use super::{
    fault::ItemSent,
    ledger::{Ledger, report},
    scenario::{GROUP, Scenario, TOPIC, eventually},
};

const TYPE: &str = "com.example.faults.item.sent.v1";

fn item(number: i64, key: String) -> Vec<u8> {
    codec::encode(&ItemSent { producer: 7, number, key, task: String::new() })
}

/// Returns the fields of a message, as every producer writes them.
fn fields(data: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    [
        ("type", TYPE),
        ("id", "0a2d5bfe-7ad8-11ee-8a1c-0242ac120002"),
        ("source", "openedx/items/web"),
        ("time", "2026-01-02T03:04:05.678900+00:00"),
        ("minorversion", "0"),
        ("sourcehost", "host"),
        ("sourcelib", "11.2.0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
    .into_iter()
    .chain([("event_data".to_owned(), data)])
    .collect()
}

fn send(producer: &dyn EventBusProducer, fields: Vec<(String, Vec<u8>)>) {
    let message = openedx_events_tests::fields::message(fields);
    let envelope = Envelope { topic: TOPIC.into(), key: None, message };
    let deadline = Instant::now() + Duration::from_secs(10);
    producer.send(&[envelope], deadline).remove(0).unwrap();
}

/// A description, the damage to a message, and whether its event can still be read.
type Damage = (&'static str, fn(&mut Vec<(String, Vec<u8>)>), bool);

fn set(fields: &mut [(String, Vec<u8>)], name: &str, value: &[u8]) {
    let field = fields.iter_mut().find(|(field, _)| field == name).unwrap();
    field.1 = value.to_vec();
}

const DAMAGES: &[Damage] = &[
    ("no bytes", |fields| set(fields, "event_data", b""), false),
    ("undecodable bytes", |fields| set(fields, "event_data", &[0xff; 40]), false),
    (
        "an excessive length",
        |fields| set(fields, "event_data", b"\x02\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        false,
    ),
    ("an extra byte, which Python also ignores", |fields| fields[7].1.push(0), true),
    ("truncated bytes", |fields| fields[7].1.truncate(4), false),
    ("a string that is not UTF-8", |fields| set(fields, "event_data", b"\x02\x02\x04\xc3\x28\x00"), false),
    ("no data", |fields| fields.retain(|(name, _)| name != "event_data"), false),
    ("an unknown type", |fields| set(fields, "type", b"com.example.faults.item.burnt.v1"), false),
    ("a type that is not UTF-8", |fields| set(fields, "type", b"\xff\xfe"), false),
    ("no type", |fields| fields.retain(|(name, _)| name != "type"), false),
    ("an empty type", |fields| set(fields, "type", b""), false),
    ("an invalid id", |fields| set(fields, "id", b"not a uuid"), false),
    ("an invalid time", |fields| set(fields, "time", b"yesterday"), false),
    ("a time with an offset", |fields| set(fields, "time", b"2026-01-02T03:04:05+02:00"), false),
    ("a source that is not UTF-8", |fields| set(fields, "source", b"\x80"), false),
    ("a version that is not a number", |fields| set(fields, "minorversion", b"one"), false),
    ("an unknown type twice", |fields| fields.push(("type".to_owned(), b"x".to_vec())), false),
    ("the type twice", |fields| fields.insert(0, ("type".to_owned(), b"x".to_vec())), true),
    (
        "only the required fields",
        |fields| fields.retain(|(name, _)| name == "type" || name == "event_data"),
        true,
    ),
    ("additional fields", |fields| fields.push(("\u{0}".to_owned(), vec![0xff; 1000])), true),
    ("the fields in another order", |fields| fields.reverse(), true),
];

#[test]
fn unreadable_messages_become_dead_letters_and_block_nothing() {
    let scenario = Scenario::new();
    let producer = scenario.bus().producer().unwrap();
    let mut expected = Vec::new();
    for (number, (what, damage, is_readable)) in DAMAGES.iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        let mut good = fields(item(number, "a".to_owned()));
        send(&*producer, good.clone());
        set(&mut good, "event_data", &item(1000 + number, "a".to_owned()));
        damage(&mut good);
        send(&*producer, good.clone());
        if !is_readable {
            expected.push((what, good));
        }
    }
    // An entry that is not a message, written by another program.
    let _: String = scenario.ask(&["XADD", TOPIC, "*", "a", "b"]);
    send(&*producer, fields(item(9999, "x".repeat(10_000_000))));
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("poison", &format!("{}, {} damaged", ledger.summary(), expected.len() + 1));
    let handled: Vec<i64> = ledger.handled[0].iter().map(|(_, number)| *number).collect();
    let readable = |number: usize| DAMAGES[number].2;
    let wanted = (0..DAMAGES.len())
        .flat_map(|number| [Some(number), readable(number).then_some(1000 + number)])
        .flatten()
        .map(|number| i64::try_from(number).unwrap());
    assert_eq!(handled, wanted.chain([9999]).collect::<Vec<_>>(), "in stream order");
    let letters = scenario.bus().operations().unwrap().dead_letters(TOPIC, GROUP, None, 1000).unwrap();
    assert_eq!(letters.len(), expected.len() + 1);
    for (letter, (what, fields)) in letters.iter().zip(expected) {
        let mut kept = openedx_events_tests::fields::fields(&letter.message);
        let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.into_bytes(), value)).collect();
        kept.sort();
        fields.sort();
        assert_eq!(kept, fields, "{what}: the dead letter has the same fields");
        assert_eq!(letter.failure.attempts, 1, "{what}");
    }
}

#[test]
fn a_dead_letter_of_ten_megabytes_is_complete() {
    let scenario = Scenario::new();
    let producer = scenario.bus().producer().unwrap();
    let big = ItemSent { producer: 7, number: 1, key: "x".repeat(10_000_000), task: "refuse".to_owned() };
    send(&*producer, fields(codec::encode(&big)));
    send(&*producer, fields(item(2, "a".to_owned())));
    let mut consumer = scenario.consumer("ann", &json!({}));
    eventually("the small item is handled", || consumer.lines() == 1);
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let letters = scenario.bus().operations().unwrap().dead_letters(TOPIC, GROUP, None, 10).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(codec::decode::<ItemSent>(letters[0].message.event_data().unwrap()).unwrap(), big);
}
