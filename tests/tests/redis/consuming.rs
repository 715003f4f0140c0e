//! New entries, acknowledgement, waiting and waking.

use std::{
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::Header;

use super::support::{GROUP, TOPIC, World, ids, numbers, poll};

#[test]
fn entries_come_once_in_order_and_up_to_the_limit() {
    let world = World::new();
    let sent = world.produce(0..10);
    let mut consumer = world.consumer("a");
    let first = poll(&mut *consumer, &[], 4);
    assert_eq!(ids(&first), sent[..4]);
    assert!(first.entries.iter().all(|entry| entry.attempt == 1));
    assert!(first.lost.is_empty() && first.notes.is_empty());
    let second = poll(&mut *consumer, &ids(&first), 100);
    assert_eq!(ids(&second), sent[4..]);
    assert_eq!(world.pending(), 6);
    assert!(poll(&mut *consumer, &ids(&second), 100).entries.is_empty());
    assert_eq!(world.pending(), 0);
}

#[test]
fn acknowledging_works_without_reading() {
    let world = World::new();
    world.produce(0..3);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 3);
    world.produce(3..4);
    assert!(poll(&mut *consumer, &ids(&read)[..2], 0).entries.is_empty());
    assert_eq!(world.pending(), 1);
    assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [3], "the third stays pending");
}

#[test]
fn a_wait_ends_with_the_first_entry_or_the_timeout() {
    let world = World::new();
    let mut consumer = world.consumer("a");
    let begun = Instant::now();
    assert!(consumer.poll(&[], 10, Duration::from_millis(300)).unwrap().entries.is_empty());
    assert!(begun.elapsed() >= Duration::from_millis(290), "{:?}", begun.elapsed());
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            world.produce(7..8);
        });
        let begun = Instant::now();
        let polled = consumer.poll(&[], 10, Duration::from_secs(30)).unwrap();
        assert_eq!(numbers(&polled), [7]);
        assert!(begun.elapsed() < Duration::from_secs(5));
    });
}

#[test]
fn another_thread_can_end_a_wait() {
    let world = World::new();
    let mut consumer = world.consumer("a");
    let waker = consumer.waker().unwrap();
    // Before and during the wait.
    waker();
    let begun = Instant::now();
    assert!(consumer.poll(&[], 10, Duration::from_secs(30)).unwrap().entries.is_empty());
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            waker();
        });
        assert!(consumer.poll(&[], 10, Duration::from_secs(30)).unwrap().entries.is_empty());
    });
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    world.produce(0..1);
    assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [0]);
}

#[test]
fn the_server_lists_consumers_by_name() {
    let world = World::new();
    let mut consumer = world.consumer("shop worker/1");
    poll(&mut *consumer, &[], 1);
    let list: String = world.ask(&["CLIENT", "LIST"]);
    let expected = format!("name=openedx-events/{TOPIC}/{GROUP}/shop%20worker%2F1/");
    assert!(list.contains(&expected), "{list}");
}

#[test]
fn large_and_unusual_entries_arrive_unchanged() {
    let world = World::new();
    let large = "x".repeat(10 << 20);
    let _: String = world.ask(&["XADD", TOPIC, "5-5", "a", "1", "a", &large, "", ""]);
    let polled = poll(&mut *world.consumer("a"), &[], 10);
    let fields = openedx_events_tests::fields::fields(&polled.entries[0].message);
    assert_eq!(fields.len(), 3);
    assert_eq!(fields[1], (b"a".to_vec(), large.into_bytes()));
    assert_eq!(polled.entries[0].id.as_str(), "5-5");
}

#[test]
fn the_last_duplicate_field_wins_and_both_are_kept() {
    let world = World::new();
    let _: String =
        world.ask(&["XADD", TOPIC, "*", "type", "one", "source", "first", "source", "last", "type", "two"]);
    let polled = poll(&mut *world.consumer("a"), &[], 10);
    let message = &polled.entries[0].message;
    assert_eq!(message.event_type(), Some("two"));
    assert_eq!(message.header(Header::Source), Some(&b"last"[..]));
    assert_eq!(message.extra(), [("source".into(), "first".into()), ("type".into(), "one".into())]);
}
