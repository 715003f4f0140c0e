//! Entries that were trimmed before a member read them.

use std::time::Duration;

use openedx_events::event_bus::{EntryId, EventBus, Lost, Subscription};

use super::{
    between::Between,
    support::{GROUP, TOPIC, World, ids, numbers, poll},
};

fn trim(world: &World, len: u64) {
    let _: u64 = world.ask(&["XTRIM", TOPIC, "MAXLEN", &len.to_string()]);
}

fn unread(after: &EntryId, before: Option<&EntryId>, count: Option<u64>) -> Lost {
    Lost::Unread { after: after.clone(), before: before.cloned(), count }
}

#[test]
fn trimmed_unread_entries_are_counted_once() {
    let world = World::new();
    let sent = world.produce(0..100);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    trim(&world, 50);
    let polled = poll(&mut *consumer, &ids(&read), 10);
    assert_eq!(polled.lost, [unread(&sent[9], Some(&sent[50]), Some(40))]);
    assert_eq!(numbers(&polled), (50..60).collect::<Vec<_>>());
    // Not again, although Redis 7.0 counts wrong after a jump.
    let polled = poll(&mut *consumer, &ids(&polled), 10);
    assert!(polled.lost.is_empty());
    trim(&world, 20);
    let polled = poll(&mut *consumer, &ids(&polled), 10);
    assert_eq!(polled.lost, [unread(&sent[69], Some(&sent[80]), Some(10))]);
    // All remaining entries.
    trim(&world, 0);
    let polled = poll(&mut *consumer, &ids(&polled), 10);
    assert_eq!(polled.lost, [unread(&sent[89], None, Some(10))]);
    world.produce(0..1);
    let polled = poll(&mut *consumer, &[], 10);
    assert!(polled.lost.is_empty());
    assert_eq!(numbers(&polled), [0]);
}

#[test]
fn read_entries_and_entries_before_the_group_are_not_lost() {
    let world = World::new();
    world.produce(0..30);
    trim(&world, 20);
    let mut consumer = world.consumer("a");
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!(
        (polled.entries.len(), polled.lost.len()),
        (20, 0),
        "the group starts with the existing entries"
    );
    trim(&world, 0);
    assert!(poll(&mut *consumer, &ids(&polled), 100).lost.is_empty());
    world.produce(0..5);
    trim(&world, 5);
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!((polled.entries.len(), polled.lost.len()), (5, 0));
}

#[test]
fn deleted_entries_are_not_reported_as_lost() {
    let world = World::new();
    let sent = world.produce(0..20);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 5);
    // One that was read, and one that was not.
    let _: u64 = world.ask(&["XDEL", TOPIC, sent[2].as_str(), sent[10].as_str()]);
    // Exactly the entries that were read.
    let _: u64 = world.ask(&["XTRIM", TOPIC, "MINID", sent[5].as_str()]);
    let polled = poll(&mut *consumer, &ids(&read), 100);
    assert_eq!((polled.entries.len(), polled.lost.len()), (14, 0));
    trim(&world, 0);
    world.produce(0..1);
    let polled = poll(&mut *consumer, &ids(&polled), 100);
    assert_eq!((polled.entries.len(), polled.lost.len()), (1, 0), "{:?}", polled.lost);
}

#[test]
fn a_group_that_started_at_the_end_also_counts() {
    let world = World::new();
    world.produce(0..10);
    let mut consumer = world.bus().consumer(&Subscription::new(TOPIC, GROUP, "a")).unwrap();
    assert!(poll(&mut *consumer, &[], 10).entries.is_empty());
    let sent = world.produce(10..40);
    trim(&world, 10);
    let polled = poll(&mut *consumer, &[], 100);
    assert!(
        matches!(&polled.lost[..], [Lost::Unread { before: Some(before), count: Some(20), .. }] if *before == sent[20])
    );
}

/// A member finds nothing and waits. Before the wait starts, more entries are added than the stream keeps.
#[test]
fn entries_trimmed_just_before_a_wait_are_counted() {
    let world = World::new();
    let sent = world.produce(0..5);
    let url = world.server.url();
    let between = Between::start(&world, "BLOCK", move || {
        const BURST: &str = "for number = 1, 2000 do
            redis.call('XADD', KEYS[1], '*', 'type', 'org.example.number.drawn.v1', 'event_data', number)
        end
        redis.call('XTRIM', KEYS[1], 'MAXLEN', 1000)";
        let mut connection = redis::Client::open(&*url).unwrap().get_connection().unwrap();
        redis::cmd("EVAL").arg(BURST).arg(1).arg(TOPIC).query::<()>(&mut connection).unwrap();
    });
    let mut consumer = between.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    poll(&mut *consumer, &ids(&read), 0);
    between.arm();
    let polled = consumer.poll(&[], 10, Duration::from_secs(20)).unwrap();
    assert!(between.has_happened());
    assert_eq!(polled.lost, [unread(&sent[4], Some(&polled.entries[0].id), Some(1000))]);
    assert_eq!(numbers(&polled), (1001..=1010).collect::<Vec<_>>());
    // The loss is reported only once.
    drop(consumer);
    let mut next = world.consumer("b");
    let polled = poll(&mut *next, &[], 2000);
    assert_eq!((polled.entries.len(), polled.lost.len()), (990, 0));
    poll(&mut *next, &ids(&polled), 0);
    world.produce(0..5);
    trim(&world, 0);
    assert_eq!(poll(&mut *next, &[], 10).lost.len(), 1);
}
