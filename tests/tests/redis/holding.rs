//! Entries that are kept, and given back.

use std::{thread, time::Duration};

use openedx_events::event_bus::EventBus;

use super::support::{World, backlog, ids, poll};

#[test]
fn held_entries_stay_and_have_the_attempts_that_were_begun() {
    for world in World::both() {
        let sent = world.produce(0..3);
        let mut consumer = world.consumer("a");
        poll(&mut *consumer, &[], 3);
        thread::sleep(Duration::from_millis(100));
        consumer.hold(&[(sent[0].clone(), 4), (sent[1].clone(), 0)]).unwrap();
        assert_eq!(world.delivered(&sent[0]), Some(("a".into(), 4)));
        assert_eq!(world.delivered(&sent[1]), Some(("a".into(), 0)));
        let idle = |index: usize| {
            let pending: Vec<(String, String, u64, u64)> =
                world.ask(&["XPENDING", super::support::TOPIC, super::support::GROUP, "-", "+", "10"]);
            pending[index].2
        };
        assert!(idle(0) < 90 && idle(2) >= 100, "{} {}", idle(0), idle(2));
        // What was given back before it was begun has its first attempt next.
        let mut next = world.consumer("a");
        drop(consumer);
        assert_eq!(poll(&mut *next, &[], 1).entries[0].attempt, 5);
        assert_eq!(poll(&mut *next, &[], 1).entries[0].attempt, 1);
        assert_eq!(poll(&mut *next, &[], 1).entries[0].attempt, 2);
    }
}

#[test]
fn what_another_member_has_claimed_or_acknowledged_stays_with_it() {
    let world = World::new();
    let sent = world.produce(0..2);
    let mut slow = world.consumer("slow");
    poll(&mut *slow, &[], 2);
    thread::sleep(Duration::from_millis(30));
    let mut subscription = backlog("quick");
    subscription.claim_older_than = Duration::from_millis(20);
    let mut quick = world.bus().consumer(&subscription).unwrap();
    assert_eq!(ids(&poll(&mut *quick, &[], 10)), sent[..1]);
    let done = ids(&poll(&mut *quick, &[], 10));
    assert_eq!(done, sent[1..]);
    poll(&mut *quick, &done, 0);
    slow.hold(&[(sent[0].clone(), 9), (sent[1].clone(), 9)]).unwrap();
    assert_eq!(world.delivered(&sent[0]), Some(("quick".into(), 2)));
    assert_eq!(world.delivered(&sent[1]), None);
    // Whoever handled it, it was handled.
    poll(&mut *slow, &sent[..1], 0);
    assert_eq!(world.pending(), 0);
}

#[test]
fn entries_that_are_gone_can_be_held() {
    for world in World::both() {
        let sent = world.produce(0..1);
        let mut consumer = world.consumer("a");
        poll(&mut *consumer, &[], 1);
        let _: u64 = world.ask(&["XDEL", super::support::TOPIC, sent[0].as_str()]);
        consumer.hold(&[(sent[0].clone(), 2)]).unwrap();
        consumer.hold(&[]).unwrap();
        let polled = poll(&mut *consumer, &sent, 10);
        assert!(polled.lost.is_empty(), "it was in hand, and is handled");
    }
}
