//! Producing: content and order of entries, and the length of streams.

use std::{thread, time::Duration};

use openedx_events::event_bus::{Envelope, EventBus, Message, PartitionKey, RedisBus};

use super::support::{TOPIC, World, message, poll, send, soon};

#[test]
fn entries_have_the_fields_of_the_message_in_order() {
    let world = World::new();
    let fields: [(&[u8], &[u8]); 4] =
        [(b"type", b"one"), (b"type", b"two"), (b"event_data", b"\xff\x00\r\n"), (b"", b"")];
    let sent = openedx_events_tests::fields::message(fields);
    let key = PartitionKey { field: "unused".into(), value: b"unused"[..].into() };
    let envelope = Envelope { topic: TOPIC.into(), key: Some(key), message: sent.clone() };
    let id = world.producer().send(&[envelope], soon()).remove(0).unwrap();

    let stored: Vec<(String, Vec<Vec<u8>>)> = world.ask(&["XRANGE", TOPIC, "-", "+"]);
    let expected: Vec<Vec<u8>> =
        fields.iter().flat_map(|(name, value)| [name.to_vec(), value.to_vec()]).collect();
    assert_eq!(stored, [(id.to_string(), expected)]);

    let polled = poll(&mut *world.consumer("a"), &[], 10);
    assert_eq!(polled.entries[0].id, id);
    assert_eq!(polled.entries[0].message, sent);
}

#[test]
fn many_envelopes_go_in_one_pipeline_with_an_outcome_each() {
    let world = World::new();
    let _: redis::Value = world.ask(&["SET", "no-stream", "text"]);
    let messages: Vec<Message> = (0..500).map(message).collect();
    let topic = |index: usize| if index == 7 { "no-stream" } else { TOPIC };
    let envelopes: Vec<Envelope> = messages
        .into_iter()
        .enumerate()
        .map(|(index, message)| Envelope { topic: topic(index).into(), key: None, message })
        .collect();
    let outcomes = world.producer().send(&envelopes, soon());
    assert_eq!(outcomes.len(), 500);
    let error = outcomes[7].as_ref().unwrap_err();
    assert!(!error.is_transient());
    assert_eq!(
        error.to_string(),
        "cannot add to stream `no-stream`: Redis says `WRONGTYPE Operation against a key holding the wrong kind of value`"
    );
    let ids: Vec<String> = outcomes.into_iter().flatten().map(|id| id.to_string()).collect();
    let stored: Vec<(String, redis::Value)> = world.ask(&["XRANGE", TOPIC, "-", "+"]);
    assert_eq!(ids, stored.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
}

#[test]
fn a_stream_is_trimmed_by_length_and_age() {
    let mut world = World::new();
    world.options.stream_max_len = 1000;
    world.produce(0..1500);
    let len: u64 = world.ask(&["XLEN", TOPIC]);
    assert!((1000..1200).contains(&len), "{len}");

    let topic = "dev-aged";
    world.options.stream_max_len = 10_000;
    world.options.stream_max_age = Some(Duration::from_millis(200));
    let producer = world.producer();
    let sent = message(1);
    let envelopes = vec![Envelope { topic: topic.into(), key: None, message: sent }; 1000];
    assert!(producer.send(&envelopes, soon()).iter().all(Result::is_ok));
    thread::sleep(Duration::from_millis(300));
    assert!(producer.send(&envelopes[..1], soon()).iter().all(Result::is_ok));
    // Redis trims whole nodes of a hundred entries.
    let len: u64 = world.ask(&["XLEN", topic]);
    assert!(len <= 101, "{len}");
}

#[test]
fn the_age_of_entries_is_measured_by_the_server() {
    let mut world = World::new();
    world.options.stream_max_age = Some(Duration::from_hours(1));
    let producer = world.producer();
    let envelopes = vec![Envelope { topic: TOPIC.into(), key: None, message: message(1) }; 1000];
    assert!(producer.send(&envelopes, soon()).iter().all(Result::is_ok));
    // The server goes on from here, as if its clock were two days ahead of this process.
    let (now, _): (u64, u64) = world.ask(&["TIME"]);
    let _: String = world.ask(&["XADD", TOPIC, &format!("{}000-0", now + 48 * 60 * 60), "a", "b"]);
    thread::sleep(Duration::from_millis(1100));
    assert!(producer.send(&envelopes[..1], soon()).iter().all(Result::is_ok));
    let len: u64 = world.ask(&["XLEN", TOPIC]);
    assert!(len <= 102, "{len}");
}

#[test]
fn threads_can_send_concurrently() {
    let world = World::new();
    let producer = world.producer();
    thread::scope(|scope| {
        for thread in 0..8 {
            let producer = &producer;
            scope.spawn(move || {
                for number in 0..100 {
                    send(&**producer, thread * 100 + number).unwrap();
                }
            });
        }
    });
    assert_eq!(world.ask::<u64>(&["XLEN", TOPIC]), 800);
    let named: String = world.ask(&["CLIENT", "LIST"]);
    assert!(named.contains("name=openedx-events/producer"), "{named}");
}

#[test]
fn nothing_connects_before_it_is_needed() {
    let bus = RedisBus::new(openedx_events::event_bus::RedisOptions::tcp("127.0.0.1", 1)).unwrap();
    assert!(bus.producer().unwrap().send(&[], soon()).is_empty());
    let subscription = super::support::backlog("a");
    assert!(bus.consumer(&subscription).is_ok() && bus.operations().is_ok());
}
