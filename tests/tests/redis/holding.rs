//! Holding entries and giving them back.

use std::{thread, time::Duration};

use openedx_events::event_bus::{EntryId, EventBus, Lost};

use super::{
    between::Between,
    support::{TOPIC, World, backlog, eventually, ids, poll},
};

/// Starts a server, and one that forbids scripts.
fn worlds() -> [World; 2] {
    let unscripted = World::new();
    let _: () = unscripted.ask(&["ACL", "SETUSER", "default", "-eval"]);
    [World::new(), unscripted]
}

/// Returns the pending entries that a member reports as lost.
fn lost(world: &World, member: &str) -> Vec<EntryId> {
    // A member does not take entries from another connection with its name.
    let name = format!("/{member}/");
    eventually("the connection is gone", || !world.ask::<String>(&["CLIENT", "LIST"]).contains(&name));
    let mut consumer = world.consumer(member);
    let (mut lost, mut done) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let polled = poll(&mut *consumer, &done, 10);
        done = ids(&polled);
        for loss in polled.lost {
            let Lost::Pending(ids) = loss else { panic!("{loss:?}") };
            lost.extend(ids);
        }
    }
    lost
}

#[test]
fn held_entries_stay_pending_with_their_attempts() {
    for world in worlds() {
        let sent = world.produce(0..3);
        let mut consumer = world.consumer("a");
        poll(&mut *consumer, &[], 3);
        thread::sleep(Duration::from_millis(100));
        consumer.hold(&[(sent[0].clone(), 4), (sent[1].clone(), 0)]).unwrap();
        // The count is the number of the next attempt.
        assert_eq!(world.delivered(&sent[0]), Some(("a".into(), 5)));
        assert_eq!(world.delivered(&sent[1]), Some(("a".into(), 1)));
        let idle = |index: usize| {
            let pending: Vec<(String, String, u64, u64)> =
                world.ask(&["XPENDING", TOPIC, super::support::GROUP, "-", "+", "10"]);
            pending[index].2
        };
        assert!(idle(0) < 90 && idle(2) >= 100, "{} {}", idle(0), idle(2));
        // The next attempt of an entry that was delivered and not started is the first.
        let mut next = world.consumer("a");
        drop(consumer);
        assert_eq!(poll(&mut *next, &[], 1).entries[0].attempt, 5);
        assert_eq!(poll(&mut *next, &[], 1).entries[0].attempt, 1);
        assert_eq!(poll(&mut *next, &[], 1).entries[0].attempt, 1);
    }
}

#[test]
fn entries_claimed_or_acknowledged_by_another_member_are_left_alone() {
    let world = World::new();
    let sent = world.produce(0..2);
    let mut slow = world.consumer("slow");
    poll(&mut *slow, &[], 2);
    thread::sleep(Duration::from_millis(30));
    let mut subscription = backlog("quick");
    subscription.claim_older_than = Duration::from_millis(20);
    let mut quick = world.bus().consumer(&subscription).unwrap();
    assert_eq!(ids(&poll(&mut *quick, &[], 1)), sent[..1]);
    let done = ids(&poll(&mut *quick, &[], 10));
    assert_eq!(done, sent[1..]);
    poll(&mut *quick, &done, 0);
    slow.hold(&[(sent[0].clone(), 9), (sent[1].clone(), 9)]).unwrap();
    assert_eq!(world.delivered(&sent[0]), Some(("quick".into(), 1)));
    assert_eq!(world.delivered(&sent[1]), None);
    // Any member can acknowledge it.
    poll(&mut *slow, &sent[..1], 0);
    assert_eq!(world.pending(), 0);
}

#[test]
fn deleted_entries_can_be_held() {
    for world in worlds() {
        let sent = world.produce(0..1);
        let mut consumer = world.consumer("a");
        poll(&mut *consumer, &[], 1);
        let _: u64 = world.ask(&["XDEL", TOPIC, sent[0].as_str()]);
        consumer.hold(&[(sent[0].clone(), 2)]).unwrap();
        consumer.hold(&[]).unwrap();
        let polled = poll(&mut *consumer, &sent, 10);
        assert!(polled.lost.is_empty(), "a held entry can still be handled");
    }
}

#[test]
fn entries_can_be_held_if_a_command_of_the_script_is_forbidden() {
    let world = World::new();
    let sent = world.produce(0..1);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 1);
    for (rule, attempts) in [("-xrange", 4), ("+xrange", 5)] {
        let _: () = world.ask(&["ACL", "SETUSER", "default", rule]);
        consumer.hold(&[(sent[0].clone(), attempts)]).unwrap();
        assert_eq!(world.delivered(&sent[0]), Some(("a".into(), u64::from(attempts) + 1)));
    }
}

#[test]
fn deleted_entries_are_reported_after_holding() {
    let world = World::new();
    let sent = world.produce(0..4);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 4);
    // Delete one in the middle and trim the start.
    let _: u64 = world.ask(&["XDEL", TOPIC, sent[2].as_str()]);
    let _: u64 = world.ask(&["XTRIM", TOPIC, "MINID", sent[1].as_str()]);
    let held: Vec<_> = sent.iter().map(|id| (id.clone(), 1)).collect();
    consumer.hold(&held).unwrap();
    assert_eq!(world.pending(), 4);
    drop(consumer);
    assert_eq!(lost(&world, "a"), [sent[0].clone(), sent[2].clone()]);
}

#[test]
fn entries_trimmed_during_a_hold_are_reported() {
    let world = World::new();
    let sent = world.produce(0..3);
    let url = world.server.url();
    let between = Between::start(&world, "XCLAIM", move || {
        let mut connection = redis::Client::open(&*url).unwrap().get_connection().unwrap();
        redis::cmd("XTRIM").arg(TOPIC).arg("MAXLEN").arg(0).query::<u64>(&mut connection).unwrap();
    });
    let mut consumer = between.consumer("a");
    poll(&mut *consumer, &[], 3);
    between.arm();
    let held: Vec<_> = sent.iter().map(|id| (id.clone(), 1)).collect();
    consumer.hold(&held).unwrap();
    assert!(between.has_happened());
    drop(consumer);
    assert_eq!(lost(&world, "a"), sent);
}
