//! How a member joins its group, and why it cannot.

use std::time::{Duration, Instant};

use openedx_events::event_bus::{EventBus as _, KafkaBus, KafkaOptions, Start, Subscription};
use openedx_events_tests::{eventually, kafka_server::KafkaServer};

use crate::support::{LONG, SHORT, World, error, numbers, poll, receive};

#[test]
fn a_topic_that_does_not_exist_is_named() {
    let Some(world) = World::new("exists", 1) else { return };
    let mut subscription = Subscription::new("exist", &world.group, "a");
    subscription.stores_dead_letters = false;
    let error = error(&mut *world.consumer_of(&subscription));
    assert!(!error.is_transient() && error.to_string().contains("Kafka has no topic `exist`; "), "{error}");
}

#[test]
fn a_topic_that_is_created_at_the_same_time_is_found() {
    let Some(world) = World::new("found", 1) else { return };
    let mut subscription = Subscription::new("found-late", &world.group, "a");
    subscription.stores_dead_letters = false;
    let mut consumer = world.consumer_of(&subscription);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            world.kafka.create_topic("found-late", 1);
        });
        eventually("it joins", LONG, || {
            poll(&mut *consumer, &[], 1, SHORT);
            world.kafka.members(&world.group) == 1
        });
    });
}

#[test]
fn a_broker_that_does_not_answer_is_named_and_found_later() {
    let Some(kafka) = KafkaServer::shared() else { return };
    let options = KafkaOptions::new("127.0.0.1:1", ["http://127.0.0.1:1"]);
    let bus = KafkaBus::new(options).unwrap();
    let mut consumer = bus.consumer(&Subscription::new("away", "readers", "a")).unwrap();
    let before = Instant::now();
    let error = error(&mut *consumer);
    assert!(error.is_transient() && error.to_string().contains("127.0.0.1:1"), "{error}");
    assert!(before.elapsed() < Duration::from_secs(12), "{:?}", before.elapsed());
    drop(consumer);
    let _ = kafka;
}

#[test]
fn one_group_reads_several_topics() {
    let Some(world) = World::new("several", 1) else { return };
    world.kafka.create_topic("several-others", 1);
    let other = Subscription::new("several-others", &world.group, "a");
    let others = &mut *world.consumer_of(&other);
    poll(others, &[], 1, SHORT);
    eventually("the group has a member", LONG, || world.kafka.members(&world.group) == 1);
    world.write([1]);
    // Kafka lets only members commit in a group that has some.
    let consumer = &mut *world.consumer("b");
    let mut entries = Vec::new();
    eventually("the message arrives", LONG, || {
        poll(others, &[], 1, SHORT / 10);
        entries.extend(poll(consumer, &[], 1, SHORT / 10).entries);
        !entries.is_empty()
    });
    assert_eq!(numbers(&entries), [1]);
    let mut late = world.backlog("c");
    late.start = Start::At(std::time::SystemTime::now());
    let error = error(&mut *world.consumer_of(&late));
    assert!(error.is_group_exists(), "{error}");
}

#[test]
fn a_group_begins_at_a_time_or_after_an_entry_in_each_partition() {
    let Some(world) = World::new("begins", 3) else { return };
    world.write_to(Some(0), [1, 2]);
    world.write_to(Some(1), [3, 4]);
    std::thread::sleep(Duration::from_millis(20));
    let time = std::time::SystemTime::now();
    std::thread::sleep(Duration::from_millis(20));
    world.write_to(Some(1), [5, 6]);
    world.write_to(Some(0), [7]);
    let starts = [
        (Start::At(time), vec![5, 6, 7]),
        (Start::After(openedx_events::event_bus::EntryId::new("1-2")), vec![6, 7]),
        (Start::Backlog, vec![1, 2, 3, 4, 5, 6, 7]),
    ];
    for (number, (start, expected)) in starts.into_iter().enumerate() {
        let mut subscription = world.backlog("a");
        subscription.group = format!("begins-{number}");
        subscription.start = start;
        let consumer = &mut *world.consumer_of(&subscription);
        let mut received = numbers(&receive(consumer, expected.len()));
        received.sort_unstable();
        assert_eq!(received, expected);
        assert!(poll(consumer, &[], 10, SHORT).entries.is_empty());
    }
    let mut beyond = world.backlog("a");
    beyond.group = "begins-beyond".to_owned();
    for id in ["1-4", "7-0"] {
        beyond.start = Start::After(openedx_events::event_bus::EntryId::new(id));
        let error = error(&mut *world.consumer_of(&beyond));
        assert!(!error.is_transient() && error.to_string().contains(id), "{error}");
    }
}
