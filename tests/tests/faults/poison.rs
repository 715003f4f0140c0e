//! Messages that nobody can read, among good ones.

use openedx_events::{
    codec,
    event_bus::{Envelope, EventBus, EventBusProducer},
};
use serde_json::json;
use std::time::{Duration, Instant};

use super::{
    balance::{Balance, report},
    books::EntryMade,
    office::{GROUP, Office, TOPIC, eventually},
};

const TYPE: &str = "com.example.accounting.entry.made.v1";

fn entry(number: i64, account: String) -> Vec<u8> {
    codec::encode(&EntryMade { clerk: 7, number, account, task: String::new() })
}

/// The fields of a message as every producer writes them.
fn fields(data: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    [
        ("type", TYPE),
        ("id", "0a2d5bfe-7ad8-11ee-8a1c-0242ac120002"),
        ("source", "openedx/books/web"),
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

/// What is done to a message, and whether an event can still be read from it.
type Damage = (&'static str, fn(&mut Vec<(String, Vec<u8>)>), bool);

fn set(fields: &mut [(String, Vec<u8>)], name: &str, value: &[u8]) {
    let field = fields.iter_mut().find(|(field, _)| field == name).unwrap();
    field.1 = value.to_vec();
}

const DAMAGES: &[Damage] = &[
    ("no bytes", |fields| set(fields, "event_data", b""), false),
    ("undecodable bytes", |fields| set(fields, "event_data", &[0xff; 40]), false),
    (
        "a length beyond all bounds",
        |fields| set(fields, "event_data", b"\x02\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        false,
    ),
    ("a byte too many, which Python passes over, too", |fields| fields[7].1.push(0), true),
    ("bytes that end early", |fields| fields[7].1.truncate(4), false),
    ("text that is not UTF-8", |fields| set(fields, "event_data", b"\x02\x02\x04\xc3\x28\x00"), false),
    ("no data", |fields| fields.retain(|(name, _)| name != "event_data"), false),
    ("an unknown type", |fields| set(fields, "type", b"com.example.accounting.entry.burnt.v1"), false),
    ("a type that is not UTF-8", |fields| set(fields, "type", b"\xff\xfe"), false),
    ("no type", |fields| fields.retain(|(name, _)| name != "type"), false),
    ("an empty type", |fields| set(fields, "type", b""), false),
    ("an id that is none", |fields| set(fields, "id", b"not a uuid"), false),
    ("a time that is none", |fields| set(fields, "time", b"yesterday"), false),
    ("a time elsewhere", |fields| set(fields, "time", b"2026-01-02T03:04:05+02:00"), false),
    ("a source that is not UTF-8", |fields| set(fields, "source", b"\x80"), false),
    ("a version that is no number", |fields| set(fields, "minorversion", b"one"), false),
    ("an unknown type twice", |fields| fields.push(("type".to_owned(), b"x".to_vec())), false),
    ("the type twice", |fields| fields.insert(0, ("type".to_owned(), b"x".to_vec())), true),
    ("only what is needed", |fields| fields.retain(|(name, _)| name == "type" || name == "event_data"), true),
    ("other fields beside", |fields| fields.push(("\u{0}".to_owned(), vec![0xff; 1000])), true),
    ("the fields in another order", |fields| fields.reverse(), true),
];

#[test]
fn messages_that_nobody_can_read_are_dead_letters_and_block_nothing() {
    let office = Office::new();
    let producer = office.bus().producer().unwrap();
    let mut expected = Vec::new();
    for (number, (what, damage, is_readable)) in DAMAGES.iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        let mut good = fields(entry(number, "a".to_owned()));
        send(&*producer, good.clone());
        set(&mut good, "event_data", &entry(1000 + number, "a".to_owned()));
        damage(&mut good);
        send(&*producer, good.clone());
        if !is_readable {
            expected.push((what, good));
        }
    }
    // No message at all, by somebody else's hand.
    let _: String = office.ask(&["XADD", TOPIC, "*", "a", "b"]);
    send(&*producer, fields(entry(9999, "x".repeat(10_000_000))));
    let mut auditor = office.auditor("ann", &json!({}));
    office.until_done();
    assert!(auditor.stop().success(), "{}", auditor.said());
    let balance = Balance::of(&office);
    report("poison", &format!("{}, {} damaged", balance.summary(), expected.len() + 1));
    let handled: Vec<i64> = balance.handled[0].iter().map(|(_, number)| *number).collect();
    let readable = |number: usize| DAMAGES[number].2;
    let wanted = (0..DAMAGES.len())
        .flat_map(|number| [Some(number), readable(number).then_some(1000 + number)])
        .flatten()
        .map(|number| i64::try_from(number).unwrap());
    assert_eq!(handled, wanted.chain([9999]).collect::<Vec<_>>(), "in the order of the stream");
    let letters = office.bus().operations().unwrap().dead_letters(TOPIC, GROUP, None, 1000).unwrap();
    assert_eq!(letters.len(), expected.len() + 1);
    for (letter, (what, fields)) in letters.iter().zip(expected) {
        let mut kept = openedx_events_tests::fields::fields(&letter.message);
        let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.into_bytes(), value)).collect();
        kept.sort();
        fields.sort();
        assert_eq!(kept, fields, "{what}: it is kept as it was");
        assert_eq!(letter.failure.attempts, 1, "{what}");
    }
}

#[test]
fn ten_megabytes_that_cannot_be_handled_are_kept_whole() {
    let office = Office::new();
    let producer = office.bus().producer().unwrap();
    let big = EntryMade { clerk: 7, number: 1, account: "x".repeat(10_000_000), task: "refuse".to_owned() };
    send(&*producer, fields(codec::encode(&big)));
    send(&*producer, fields(entry(2, "a".to_owned())));
    let mut auditor = office.auditor("ann", &json!({}));
    eventually("the small one is handled", || auditor.lines() == 1);
    office.until_done();
    assert!(auditor.stop().success(), "{}", auditor.said());
    let letters = office.bus().operations().unwrap().dead_letters(TOPIC, GROUP, None, 10).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(codec::decode::<EntryMade>(letters[0].message.event_data().unwrap()).unwrap(), big);
}
