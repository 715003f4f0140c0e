//! The operations for operators.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use openedx_events::event_bus::{EntryId, EventBus, Start};

use super::random::Random;
use super::support::{GROUP, TOPIC, World, number, poll};

#[test]
fn a_topic_can_be_read_without_a_group() {
    let world = World::new();
    let sent = world.produce(0..5);
    let mut operations = world.bus().operations().unwrap();
    let mut read = |at: &Start, max| {
        let cursor = operations.cursor(TOPIC, at).unwrap();
        operations.read(TOPIC, &cursor, max).unwrap().entries.iter().map(number).collect::<Vec<_>>()
    };
    assert_eq!(read(&Start::Backlog, 2), [0, 1]);
    assert_eq!(read(&Start::After(sent[1].clone()), 100), [2, 3, 4]);
    assert!(read(&Start::New, 100).is_empty());
    let cursor = operations.cursor("dev-none", &Start::New).unwrap();
    assert!(operations.read("dev-none", &cursor, 1).unwrap().entries.is_empty());
    let error = operations.cursor(TOPIC, &Start::After(EntryId::new("x"))).unwrap_err();
    assert!(!error.is_transient());
}

/// Returns the number of milliseconds since 1970 as a time.
fn millis(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

#[test]
fn the_id_of_an_entry_is_its_time() {
    let world = World::new();
    for (id, number) in [("1000-0", "1"), ("2000-0", "2"), ("2000-1", "3"), ("3000-0", "4")] {
        world.ask::<String>(&[
            "XADD",
            TOPIC,
            id,
            "type",
            "org.example.number.drawn.v1",
            "event_data",
            number,
        ]);
    }
    let mut operations = world.bus().operations().unwrap();
    let mut read = |time| {
        let cursor = operations.cursor(TOPIC, &Start::At(time)).unwrap();
        let entries = operations.read(TOPIC, &cursor, 10).unwrap().entries;
        assert!(entries.iter().all(|entry| entry.timestamp.is_some_and(|stored| stored >= time)));
        entries.iter().map(number).collect::<Vec<_>>()
    };
    assert_eq!(read(millis(0)), [1, 2, 3, 4]);
    assert_eq!(read(millis(1000)), [1, 2, 3, 4]);
    assert_eq!(read(millis(1001)), [2, 3, 4]);
    assert_eq!(read(millis(2000)), [2, 3, 4]);
    assert_eq!(read(millis(3000)), [4]);
    assert!(read(millis(3001)).is_empty());
    let position = || world.ask::<Vec<HashMap<String, redis::Value>>>(&["XINFO", "GROUPS", TOPIC]).remove(0);
    for (time, expected, lag) in [
        (millis(0), "0-0", Some(4)),
        (millis(1000), "0-0", Some(4)),
        (millis(1001), "1000-18446744073709551615", None),
        (millis(3001), "3000-0", Some(0)),
        (SystemTime::now() + Duration::from_hours(1), "3000-0", Some(0)),
    ] {
        world.bus().operations().unwrap().seek(TOPIC, GROUP, &Start::At(time)).unwrap();
        let group = position();
        let known = |name: &str| redis::from_redis_value::<Option<String>>(group[name].clone()).unwrap();
        assert_eq!(known("last-delivered-id").as_deref(), Some(expected));
        if lag.is_some() {
            assert_eq!(known("lag").map(|lag| lag.parse().unwrap()), lag, "{time:?}");
        }
    }
}

/// Changes a stream and a group at random, also as other programs do, and compares the lag with the entries after the group.
#[test]
fn the_lag_is_never_wrong() {
    let world = World::new();
    let mut operations = world.bus().operations().unwrap();
    let mut random = Random(0x5eed);
    let mut time = 1000;
    for round in 0..60 {
        let topic = &*format!("dev-lag-{round}");
        world.ask::<String>(&["XGROUP", "CREATE", topic, GROUP, ["0", "$"][random.below(2)], "MKSTREAM"]);
        for _ in 0..12 {
            time += 1;
            let id = format!("{}-0", 1000 + random.below(time - 1000));
            match random.below(8) {
                0..3 => {
                    for _ in 0..=random.below(4) {
                        time += 1;
                        world.ask::<String>(&["XADD", topic, &format!("{time}-0"), "type", "t"]);
                    }
                }
                3 => drop(world.ask::<redis::Value>(&["XDEL", topic, &id])),
                4 => {
                    drop(world.ask::<redis::Value>(&[
                        "XTRIM",
                        topic,
                        "MAXLEN",
                        &random.below(6).to_string(),
                    ]));
                }
                5 => drop(world.ask::<redis::Value>(&["XGROUP", "SETID", topic, GROUP, &id])),
                6 => {
                    let at = [
                        Start::New,
                        Start::Backlog,
                        Start::At(millis(1000 + random.below(time - 1000) as u64)),
                    ];
                    operations.seek(topic, GROUP, &at[random.below(3)]).unwrap();
                }
                _ => drop(world.ask::<redis::Value>(&[
                    "XREADGROUP",
                    "GROUP",
                    GROUP,
                    "a",
                    "COUNT",
                    "2",
                    "STREAMS",
                    topic,
                    ">",
                ])),
            }
            let lag = operations.lag(topic, GROUP).unwrap().remove(0);
            let after = format!("({}", lag.committed.unwrap());
            let counted = world.ask::<Vec<redis::Value>>(&["XRANGE", topic, &after, "+"]).len() as u64;
            assert_eq!((lag.count, lag.is_exact), (counted, true), "in round {round}");
        }
    }
}

#[test]
fn a_lag_that_the_server_does_not_know_is_counted_up_to_a_bound() {
    let world = World::new();
    world.ask::<String>(&[
        "EVAL",
        "for i = 1, 10100 do redis.call('XADD', KEYS[1], i .. '-0', 'type', 't') end return 'ok'",
        "1",
        TOPIC,
    ]);
    world.ask::<i64>(&["XDEL", TOPIC, "10050-0"]);
    world.ask::<String>(&["XGROUP", "CREATE", TOPIC, GROUP, "50-0"]);
    let mut operations = world.bus().operations().unwrap();
    let lag = operations.lag(TOPIC, GROUP).unwrap().remove(0);
    assert_eq!((lag.count, lag.is_exact), (10_000, false));
    assert_eq!((lag.committed.as_deref(), lag.end.as_deref()), (Some("50-0"), Some("10100-0")));
    for topic in [TOPIC, "dev-none"] {
        let error = operations.lag(topic, "nobody").unwrap_err();
        assert!(!error.is_transient() && error.to_string().contains("group `nobody` of stream"), "{error}");
    }
}

#[test]
fn pending_entries_are_listed() {
    let world = World::new();
    let sent = world.produce(0..5);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 3);
    consumer.hold(&[(sent[1].clone(), 4)]).unwrap();
    let mut operations = world.bus().operations().unwrap();
    let pending = operations.pending(TOPIC, GROUP, None, 2).unwrap();
    let listed: Vec<_> =
        pending.iter().map(|one| (one.id.clone(), &*one.consumer_name, one.attempts)).collect();
    assert_eq!(listed, [(sent[0].clone(), "a", 0), (sent[1].clone(), "a", 4)]);
    assert_eq!(operations.pending(TOPIC, GROUP, Some(&sent[1]), 10).unwrap().len(), 1);
    let error = operations.pending(TOPIC, "nobody", None, 10).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot list the pending entries of group `nobody` of stream `dev-numbers`"),
        "{error}"
    );
}

#[test]
fn seek_creates_the_topic_and_the_group() {
    let world = World::new();
    world.bus().operations().unwrap().seek("dev-none-yet", GROUP, &Start::New).unwrap();
    assert_eq!(world.ask::<u64>(&["EXISTS", "dev-none-yet"]), 1);
}
