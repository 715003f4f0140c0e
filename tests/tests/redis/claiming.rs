//! Pending entries: after a restart, of members that are gone, and of a member with the same name.

use std::{sync::mpsc::RecvTimeoutError, thread, time::Duration};

use openedx_events::event_bus::{EventBus, EventBusConsumer, Lost, Subscription};

use super::{
    between::Between,
    support::{GROUP, TOPIC, World, backlog, eventually, ids, numbers, poll},
};

fn claiming(name: &str, after: u64) -> Subscription {
    let mut subscription = backlog(name);
    subscription.claim_older_than = Duration::from_millis(after);
    subscription
}

/// Polls until nothing is left, acknowledging the entries of the previous poll.
fn drain(consumer: &mut dyn EventBusConsumer, max: usize) -> (Vec<u32>, Vec<u32>, Vec<Lost>) {
    let (mut all, mut attempts, mut lost, mut done) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    loop {
        let polled = poll(consumer, &done, max);
        all.extend(numbers(&polled));
        attempts.extend(polled.entries.iter().map(|entry| entry.attempt));
        done = ids(&polled);
        let nothing = polled.entries.is_empty() && polled.lost.is_empty();
        lost.extend(polled.lost);
        if nothing {
            return (all, attempts, lost);
        }
    }
}

#[test]
fn entries_in_a_lost_answer_are_returned_without_counting_an_attempt() {
    let world = World::new();
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 1);
    world.produce(0..3);
    // Simulate a lost answer to a read.
    let _: redis::Value =
        world.ask(&["XREADGROUP", "GROUP", GROUP, "a", "COUNT", "2", "STREAMS", TOPIC, ">"]);
    let _: u64 = world.ask(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    assert!(consumer.poll(&[], 10, Duration::ZERO).unwrap_err().is_transient());
    let (all, attempts, _) = drain(&mut *consumer, 10);
    assert_eq!((all, attempts), (vec![0, 1, 2], vec![1, 1, 1]));
}

#[test]
fn lost_answers_to_claims_are_not_attempts() {
    let world = World::new();
    let sent = world.produce(0..1);
    poll(&mut *world.consumer("a"), &[], 1);
    let between = Between::cutting_the_reply_to(&world, "XCLAIM");
    for _ in 0..3 {
        between.arm();
        let mut consumer = between.consumer("a");
        eventually("the answer is lost", || {
            consumer.poll(&[], 1, Duration::ZERO).is_err() && between.has_happened()
        });
    }
    let mut consumer = world.consumer("a");
    let mut entries = Vec::new();
    eventually("the entry is delivered", || {
        entries = poll(&mut *consumer, &[], 1).entries;
        !entries.is_empty()
    });
    assert_eq!((&entries[0].id, entries[0].attempt, entries[0].is_redelivered), (&sent[0], 1, true));
}

#[test]
fn entries_of_gone_members_are_claimed_over_several_pages() {
    let world = World::new();
    let sent = world.produce(0..200);
    let mut gone = world.consumer("gone");
    assert_eq!(poll(&mut *gone, &[], 150).entries.len(), 150);
    drop(gone);
    let mut young = world.bus().consumer(&claiming("b", 60_000)).unwrap();
    assert_eq!(numbers(&poll(&mut *young, &[], 1)), [150], "entries that are not old enough are not claimed");

    thread::sleep(Duration::from_millis(60));
    let mut consumer = world.bus().consumer(&claiming("c", 50)).unwrap();
    let first = poll(&mut *consumer, &[], 1);
    assert_eq!((numbers(&first), first.entries[0].attempt), (vec![0], 1));
    assert!(first.entries[0].is_redelivered);
    assert_eq!(world.delivered(&sent[0]), Some(("c".into(), 1)));
    assert_eq!(world.delivered(&sent[1]), Some(("gone".into(), 1)));
    let (rest, attempts, lost) = drain(&mut *consumer, 100);
    let expected: Vec<u32> = (1..200).collect();
    let mut sorted = rest.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(rest[..149], expected[..149], "claimed entries come first and in order");
    assert!(attempts.iter().all(|attempt| *attempt == 1), "a delivery is not an attempt");
    assert!(lost.is_empty());
}

#[test]
fn several_members_share_claimed_entries() {
    let world = World::new();
    world.produce(0..100);
    poll(&mut *world.consumer("gone"), &[], 100);
    thread::sleep(Duration::from_secs(3));
    let shares: Vec<Vec<u32>> = thread::scope(|scope| {
        let members: Vec<_> = (0..3)
            .map(|member| {
                let world = &world;
                scope.spawn(move || {
                    let subscription = claiming(&format!("member-{member}"), 2500);
                    drain(&mut *world.bus().consumer(&subscription).unwrap(), 10).0
                })
            })
            .collect();
        members.into_iter().map(|member| member.join().unwrap()).collect()
    });
    let mut all: Vec<u32> = shares.concat();
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>(), "each entry once");
}

#[test]
fn trimmed_pending_entries_are_reported_once() {
    let world = World::new();
    let sent = world.produce(0..6);
    poll(&mut *world.consumer("a"), &[], 3);
    poll(&mut *world.consumer("gone"), &[], 2);
    let _: u64 = world.ask(&["XDEL", TOPIC, sent[0].as_str(), sent[2].as_str(), sent[3].as_str()]);
    thread::sleep(Duration::from_millis(60));
    let mut consumer = world.bus().consumer(&claiming("a", 50)).unwrap();
    let (all, _, lost) = drain(&mut *consumer, 10);
    assert_eq!(all, [1, 4, 5]);
    let lost: Vec<_> = lost
        .into_iter()
        .flat_map(|lost| match lost {
            Lost::Pending(ids) => ids,
            Lost::Unread { .. } => panic!("nothing unread was lost"),
        })
        .collect();
    assert_eq!(lost, [sent[0].clone(), sent[2].clone(), sent[3].clone()]);
    assert_eq!(world.pending(), 0, "they are no longer pending");
    assert!(drain(&mut *consumer, 10).2.is_empty());
}

#[test]
fn a_live_member_with_the_same_name_keeps_its_entries() {
    let world = World::new();
    world.produce(0..3);
    let mut subscription = backlog("twin");
    subscription.receiver_timeout = Duration::from_secs(4);
    subscription.claim_older_than = Duration::from_secs(5);
    let mut first = world.bus().consumer(&subscription).unwrap();
    assert_eq!(poll(&mut *first, &[], 2).entries.len(), 2);
    let mut second = world.bus().consumer(&subscription).unwrap();
    thread::scope(|scope| {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        // A live member polls, even if it has no room.
        scope.spawn(move || {
            while stopped.recv_timeout(Duration::from_millis(500)) == Err(RecvTimeoutError::Timeout) {
                poll(&mut *first, &[], 0);
            }
        });
        // The second one knows after a moment that the first one is alive.
        let polled = second.poll(&[], 10, Duration::from_secs(10)).unwrap();
        assert_eq!(numbers(&polled)[0], 2);
        // After the receiver timeout, the other member counts as hung.
        let polled = second.poll(&ids(&polled), 10, Duration::from_secs(10)).unwrap();
        assert_eq!(numbers(&polled), [0, 1]);
        drop(stop);
    });
    // If the other member is gone, there is no delay.
    drop(second);
    let mut third = world.bus().consumer(&subscription).unwrap();
    assert_eq!(numbers(&poll(&mut *third, &[], 10)), [0, 1]);
}

#[test]
fn without_the_client_list_another_member_may_exist() {
    let world = World::new();
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-client|list"]);
    world.produce(0..2);
    poll(&mut *world.consumer("a"), &[], 1);
    let mut subscription = backlog("a");
    subscription.receiver_timeout = Duration::from_millis(300);
    subscription.claim_older_than = Duration::from_millis(400);
    let mut consumer = world.bus().consumer(&subscription).unwrap();
    assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [1]);
    assert_eq!(numbers(&consumer.poll(&[], 10, Duration::from_secs(10)).unwrap()), [0]);
}
