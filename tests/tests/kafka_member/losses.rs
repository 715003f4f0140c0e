//! Entries that the broker dropped before they were handled.

use std::time::Duration;

use openedx_events::event_bus::{EntryId, Lost};
use openedx_events_tests::eventually;

use crate::support::{LONG, SHORT, World, ids, numbers, poll, receive};

fn unread(after: &str, before: &str, count: Option<u64>) -> Lost {
    Lost::Unread { after: EntryId::new(after), before: Some(EntryId::new(before)), count }
}

#[test]
fn a_loss_is_reported_again_if_the_process_dies_before_its_next_call() {
    let Some(world) = World::new("untold", 1) else { return };
    world.write(1..=10);
    let mut first = world.consumer("a");
    let entries = receive(&mut *first, 4);
    poll(&mut *first, &ids(&entries[..2]), 0, Duration::ZERO);
    drop(first);
    world.kafka.delete_records(&world.topic, 0, 7);
    let lost = [Lost::Pending(vec![EntryId::new("0-2"), EntryId::new("0-3")]), unread("0-3", "0-7", Some(3))];
    // The process that learns of the loss dies before its next call.
    for name in ["b", "c"] {
        let mut consumer = world.consumer(name);
        let polled = poll(&mut *consumer, &[], 10, LONG);
        assert_eq!((polled.lost, polled.entries.len()), (lost.to_vec(), 0));
        assert_eq!(world.committed(0).0, 2, "nothing hides the loss");
        if name == "b" {
            continue;
        }
        assert_eq!(numbers(&receive(&mut *consumer, 3)), [8, 9, 10]);
        assert_eq!(world.committed(0).0, 7);
    }
    let next = &mut *world.consumer("d");
    assert_eq!(poll(next, &[], 10, LONG).lost, []);
}

#[test]
fn a_topic_that_is_made_again_is_read_from_its_beginning() {
    let Some(world) = World::new("again", 1) else { return };
    world.write(1..=5);
    let mut consumer = world.consumer("a");
    let entries = receive(&mut *consumer, 5);
    poll(&mut *consumer, &ids(&entries), 0, Duration::ZERO);
    drop(consumer);
    world.kafka.delete_topic(&world.topic);
    eventually("the topic is gone", LONG, || world.kafka.partitions(&world.topic).is_empty());
    world.kafka.create_topic(&world.topic, 1);
    world.commit(5);
    world.write([6]);
    let consumer = &mut *world.consumer("a");
    let polled = poll(consumer, &[], 10, LONG);
    assert_eq!(polled.lost, [unread("0-4", "0-0", None)]);
    assert_eq!(numbers(&receive(consumer, 1)), [6]);
}

#[test]
fn retention_that_overtakes_a_member_is_reported() {
    let Some(world) = World::new("overtaken", 1) else { return };
    world.write(1..=3);
    let consumer = &mut *world.consumer("a");
    assert_eq!(numbers(&receive(consumer, 3)), [1, 2, 3]);
    // The client has already fetched some of these, and still delivers them.
    let large = openedx_events_tests::kafka_server::Record {
        value: Some([&[0, 0, 0, 0, 1][..], &vec![b'1'; 900_000]].concat()),
        ..crate::support::record(Some(0), 1)
    };
    for _ in 0..20 {
        world.kafka.write(&world.topic, std::slice::from_ref(&large));
    }
    world.kafka.delete_records(&world.topic, 0, 20);
    let (mut lost, mut newest) = (Vec::new(), 0);
    eventually("the last entry arrives", LONG, || {
        let polled = poll(consumer, &[], 10, SHORT);
        lost.extend(polled.lost);
        newest = polled.entries.last().map_or(newest, |entry| entry.id.as_str()[2..].parse().unwrap());
        newest == 22
    });
    let Some(Lost::Unread { before: Some(before), count: Some(1..), .. }) = lost.first() else {
        panic!("the loss is reported: {lost:?}")
    };
    assert_eq!((before.as_str(), lost.len()), ("0-20", 1));
}
