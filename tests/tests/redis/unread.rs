//! Entries that the stream dropped before a member was handed them.

use std::{collections::BTreeSet, thread, time::Duration};

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
fn they_are_counted_once() {
    let world = World::new();
    let sent = world.produce(0..100);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    trim(&world, 50);
    let polled = poll(&mut *consumer, &ids(&read), 10);
    assert_eq!(polled.lost, [unread(&sent[9], Some(&sent[50]), Some(40))]);
    assert_eq!(numbers(&polled), (50..60).collect::<Vec<_>>());
    // Once more, after a jump: Redis 7.0 counts it wrong by itself.
    let polled = poll(&mut *consumer, &ids(&polled), 10);
    assert!(polled.lost.is_empty());
    trim(&world, 20);
    let polled = poll(&mut *consumer, &ids(&polled), 10);
    assert_eq!(polled.lost, [unread(&sent[69], Some(&sent[80]), Some(10))]);
    // And all that is left.
    trim(&world, 0);
    let polled = poll(&mut *consumer, &ids(&polled), 10);
    assert_eq!(polled.lost, [unread(&sent[89], None, Some(10))]);
    world.produce(0..1);
    let polled = poll(&mut *consumer, &[], 10);
    assert!(polled.lost.is_empty());
    assert_eq!(numbers(&polled), [0]);
}

#[test]
fn what_was_read_or_came_before_the_group_is_not_lost() {
    for world in World::both() {
        world.produce(0..30);
        trim(&world, 20);
        let mut consumer = world.consumer("a");
        let polled = poll(&mut *consumer, &[], 100);
        assert_eq!((polled.entries.len(), polled.lost.len()), (20, 0), "the group begins with what there is");
        trim(&world, 0);
        assert!(poll(&mut *consumer, &ids(&polled), 100).lost.is_empty());
        world.produce(0..5);
        trim(&world, 5);
        let polled = poll(&mut *consumer, &[], 100);
        assert_eq!((polled.entries.len(), polled.lost.len()), (5, 0));
    }
}

#[test]
fn entries_that_were_deleted_by_hand_are_no_false_alarm() {
    for world in World::both() {
        let sent = world.produce(0..20);
        let mut consumer = world.consumer("a");
        let read = poll(&mut *consumer, &[], 5);
        // Read, not read, and in the middle of what is not read.
        let _: u64 = world.ask(&["XDEL", TOPIC, sent[2].as_str(), sent[10].as_str()]);
        // Exactly what was read.
        let _: u64 = world.ask(&["XTRIM", TOPIC, "MINID", sent[5].as_str()]);
        let polled = poll(&mut *consumer, &ids(&read), 100);
        assert_eq!((polled.entries.len(), polled.lost.len()), (14, 0));
        trim(&world, 0);
        world.produce(0..1);
        let polled = poll(&mut *consumer, &ids(&polled), 100);
        assert_eq!((polled.entries.len(), polled.lost.len()), (1, 0), "{:?}", polled.lost);
    }
}

#[test]
fn a_group_that_began_at_the_end_counts_too() {
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

#[test]
fn a_server_without_counters_tells_what_is_certain() {
    let mut world = World::new();
    world.options = world.options.emulate_6_2();
    let sent = world.produce(0..100);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    trim(&world, 50);
    let polled = poll(&mut *consumer, &ids(&read), 10);
    assert_eq!(polled.lost, [unread(&sent[9], Some(&sent[50]), None)]);
    // Up to what was read: nothing is lost.
    trim(&world, 40);
    assert!(poll(&mut *consumer, &ids(&polled), 10).lost.is_empty());
}

/// A member that found nothing waits; before its wait begins, more entries come than the stream keeps.
#[test]
fn what_is_dropped_just_before_a_wait_is_counted() {
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
    // Nobody tells it again.
    drop(consumer);
    let mut next = world.consumer("b");
    let polled = poll(&mut *next, &[], 2000);
    assert_eq!((polled.entries.len(), polled.lost.len()), (990, 0));
    poll(&mut *next, &ids(&polled), 0);
    world.produce(0..5);
    trim(&world, 0);
    assert_eq!(poll(&mut *next, &[], 10).lost.len(), 1);
}

/// How many events several members share.
const COUNT: u32 = 20_000;

/// The books balance with several members, whichever of them jumps over a gap.
#[test]
fn members_tell_each_loss_once() {
    tell_each_loss_once(Duration::ZERO);
}

#[test]
fn members_that_wait_tell_each_loss_once() {
    tell_each_loss_once(Duration::from_millis(30));
}

fn tell_each_loss_once(wait: Duration) {
    let mut world = World::new();
    world.options = world.options.stream_max_len(200);
    let (read, lost) = thread::scope(|scope| {
        poll(&mut *world.consumer("first"), &[], 1);
        let members: Vec<_> = (0..3)
            .map(|member| {
                let world = &world;
                scope.spawn(move || {
                    let mut consumer = world.consumer(&format!("member-{member}"));
                    let (mut read, mut lost, mut done, mut idle) = (BTreeSet::new(), 0, Vec::new(), 0);
                    while idle < 20 {
                        let polled = consumer.poll(&done, 7, wait).unwrap();
                        read.extend(numbers(&polled));
                        done = ids(&polled);
                        for loss in &polled.lost {
                            let Lost::Unread { count: Some(count), .. } = loss else {
                                panic!("{loss:?}: what is in hand is not looked for");
                            };
                            lost += count;
                        }
                        idle = if polled.entries.is_empty() { idle + 1 } else { 0 };
                        // Slower than the producer by far, so that it loses some.
                        thread::sleep(Duration::from_millis(if idle > 0 { 50 } else { 4 }));
                    }
                    (read, lost)
                })
            })
            .collect();
        scope.spawn(|| {
            // In between, the members have read everything.
            for first in (0..COUNT).step_by(4000) {
                world.produce(first..first + 4000);
                thread::sleep(Duration::from_millis(400));
            }
        });
        members.into_iter().map(|member| member.join().unwrap()).fold((BTreeSet::new(), 0), |mut sum, one| {
            sum.0.extend(one.0);
            (sum.0, sum.1 + one.1)
        })
    });
    assert!(lost > 0, "the stream was trimmed faster than it was read");
    assert_eq!(read.len() as u64 + lost, u64::from(COUNT));
}
