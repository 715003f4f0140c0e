//! Partitions that move between members.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{EntryId, EventBusConsumer};
use openedx_events_tests::eventually;
use rdkafka::consumer::{BaseConsumer, Consumer as _};

use crate::support::{LONG, SHORT, World, ids, number, numbers, poll, receive};

/// Polls members in turn until `done`. Returns what each received.
fn take_turns(
    members: &mut [Box<dyn EventBusConsumer>],
    mut done: impl FnMut(&[Vec<u32>]) -> bool,
) -> Vec<Vec<u32>> {
    let mut received = vec![Vec::new(); members.len()];
    let mut acknowledge = vec![Vec::<EntryId>::new(); members.len()];
    eventually("the messages are shared", LONG * 2, || {
        for (index, member) in members.iter_mut().enumerate() {
            let polled = poll(&mut **member, &acknowledge[index], 10, Duration::from_millis(20));
            acknowledge[index] = ids(&polled.entries);
            received[index].extend(numbers(&polled.entries));
        }
        done(&received)
    });
    for (member, acknowledge) in members.iter_mut().zip(acknowledge) {
        poll(&mut **member, &acknowledge, 0, Duration::ZERO);
    }
    received
}

#[test]
fn members_share_partitions_and_each_message_arrives_once() {
    let Some(world) = World::new("shared", 3) else { return };
    let mut members = vec![world.consumer("a"), world.consumer("b"), world.consumer("c")];
    take_turns(&mut members, |_| world.kafka.members(&world.group) == 3);
    world.write_to(None, 1..=300);
    let received = take_turns(&mut members, |received| received.iter().map(Vec::len).sum::<usize>() >= 300);
    let all: BTreeSet<_> = received.iter().flatten().copied().collect();
    assert_eq!(all, (1..=300).collect());
    assert_eq!(received.iter().map(Vec::len).sum::<usize>(), 300, "each message arrives once");
    // The key of a message is its number modulo 7.
    for numbers in &received {
        for key in 0..7 {
            let of_key: Vec<_> = numbers.iter().filter(|number| *number % 7 == key).collect();
            assert!(of_key.is_sorted(), "{of_key:?}");
        }
    }
}

/// A member that does not answer keeps the group from giving partitions to others.
#[test]
fn a_member_that_waits_for_partitions_leaves_at_once() {
    let Some(world) = World::new("leaves-while-waiting", 1) else { return };
    let mut config = world.kafka.client();
    let silent: BaseConsumer = config.set("group.id", &world.group).create().unwrap();
    silent.subscribe(&[&world.topic]).unwrap();
    eventually("it has the partition", Duration::from_secs(30), || {
        silent.poll(Duration::from_millis(100));
        silent.assignment().unwrap().count() == 1
    });
    let mut consumer = world.consumer("ann");
    for _ in 0..3 {
        assert!(consumer.poll(&[], 10, Duration::from_secs(1)).unwrap().entries.is_empty());
    }
    assert_eq!(world.kafka.members(&world.group), 2, "it has asked for partitions");
    let begun = Instant::now();
    consumer.close(begun + Duration::from_secs(20)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn a_member_finishes_what_it_has_before_it_gives_up_partitions() {
    let Some(world) = World::new("finishes", 2) else { return };
    world.write_to(Some(0), 1..=5);
    world.write_to(Some(1), 6..=10);
    let mut first = world.consumer("a");
    let entries = receive(&mut *first, 10);
    let mut second = world.consumer("b");
    // The other member joins, and must wait.
    let begun = Instant::now();
    while begun.elapsed() < SHORT * 8 {
        assert!(poll(&mut *second, &[], 10, SHORT / 10).entries.is_empty());
        let polled = poll(&mut *first, &[], 10, SHORT / 10);
        assert!(polled.revoked.is_empty() && polled.entries.is_empty(), "{polled:?}");
    }
    let (done, left) = entries.split_at(9);
    poll(&mut *first, &ids(done), 0, Duration::ZERO);
    poll(&mut *first, &ids(left), 0, Duration::ZERO);
    world.write_to(Some(0), [11]);
    world.write_to(Some(1), [12]);
    let received =
        take_turns(&mut [first, second], |received| received.iter().map(Vec::len).sum::<usize>() >= 2);
    let mut received = received.concat();
    received.sort_unstable();
    assert_eq!(received, [11, 12]);
}

#[test]
fn entries_that_a_member_does_not_finish_in_time_are_revoked_and_delivered_again() {
    let Some(world) = World::new("revoked", 2) else { return };
    world.write_to(Some(0), 1..=2);
    world.write_to(Some(1), 3..=4);
    let mut hurried = world.backlog("a");
    hurried.receiver_timeout = SHORT;
    let mut first = world.consumer_of(&hurried);
    let entries = receive(&mut *first, 4);
    first.hold(&[(entries[0].id.clone(), 1)]).unwrap();
    let mut second = world.consumer("b");
    let (mut revoked, mut received) = (Vec::new(), Vec::new());
    eventually("the other member has its partition", LONG, || {
        revoked.extend(poll(&mut *first, &[], 0, Duration::ZERO).revoked);
        received.extend(poll(&mut *second, &[], 10, SHORT / 10).entries);
        received.len() == 2 && !revoked.is_empty()
    });
    assert_eq!(revoked.iter().collect::<BTreeSet<_>>(), ids(&entries).iter().collect());
    assert!(received.iter().all(|entry| entry.is_redelivered), "{received:?}");
    // Acknowledgements that come too late change nothing.
    let committed = world.committed(0).0 + world.committed(1).0;
    let late: Vec<_> = entries.iter().filter(|entry| received.iter().any(|one| one.id == entry.id)).collect();
    let late: Vec<_> = late.into_iter().map(|entry| entry.id.clone()).collect();
    poll(&mut *first, &late, 0, Duration::ZERO);
    assert_eq!(world.committed(0).0 + world.committed(1).0, committed);
    // Attempts that were stored survive.
    let again = poll(&mut *first, &[], 10, LONG).entries;
    let all: Vec<_> = received.iter().chain(&again).filter(|entry| entry.id == entries[0].id).collect();
    assert!(all.iter().all(|entry| entry.attempt == 2), "{all:?}");
}

#[test]
fn a_member_is_given_a_partition_that_it_does_not_know_yet() {
    let Some(world) = World::new("unknown-yet", 1) else { return };
    // The first client assigns the partitions of the group. It looks at the topic more often than the member does, and its id
    // comes first, so the member gets the added partition.
    let mut config = world.kafka.client();
    config
        .set("group.id", &world.group)
        .set("client.id", "a")
        .set("topic.metadata.refresh.interval.ms", "200");
    let other: BaseConsumer = config.create().unwrap();
    other.subscribe(&[&world.topic]).unwrap();
    eventually("the other client has joined", LONG, || {
        let _ = other.poll(SHORT / 10);
        other.assignment().is_ok_and(|assigned| assigned.count() == 1)
    });
    let mut member = world.consumer("a");
    eventually("the member has joined", LONG, || {
        let _ = other.poll(SHORT / 10);
        poll(&mut *member, &[], 10, SHORT / 10);
        world.kafka.members(&world.group) == 2
    });
    world.kafka.add_partitions(&world.topic, 2);
    eventually("there is a second partition", LONG, || world.kafka.partitions(&world.topic).len() == 2);
    world.write_to(Some(1), [2, 3]);
    let mut received = Vec::new();
    eventually("the new partition is read", LONG * 2, || {
        let _ = other.poll(SHORT / 10);
        match member.poll(&[], 10, SHORT / 10) {
            Ok(polled) => received.extend(numbers(&polled.entries)),
            Err(error) => assert!(error.is_transient(), "the topic exists: {error}"),
        }
        received.len() == 2
    });
    assert_eq!(received, [2, 3]);
}

#[test]
fn added_partitions_are_read_from_their_beginning() {
    let Some(world) = World::new("added", 1) else { return };
    let mut subscription = world.backlog("a");
    subscription.start = openedx_events::event_bus::Start::New;
    world.write([1]);
    let consumer = &mut *world.consumer_of(&subscription);
    assert!(poll(consumer, &[], 10, SHORT).entries.is_empty());
    world.kafka.add_partitions(&world.topic, 2);
    eventually("there is a second partition", LONG, || world.kafka.partitions(&world.topic).len() == 2);
    world.write_to(Some(1), [2, 3]);
    // The member learns of the partition at its next look at the topic, or when it starts again.
    consumer.close(Instant::now() + LONG).unwrap();
    let consumer = &mut *world.consumer_of(&subscription);
    let mut received = Vec::new();
    let mut notes = Vec::new();
    eventually("the new partition is read", LONG, || {
        let polled = poll(consumer, &[], 10, SHORT);
        received.extend(polled.entries.iter().map(number));
        notes.extend(polled.notes);
        received.len() == 2
    });
    assert_eq!(received, [2, 3]);
    assert!(notes.iter().any(|note| note.contains("partition 1")), "{notes:?}");
}
