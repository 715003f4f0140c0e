//! Reading ahead: the server sends the entries of the next poll while the consumer does something else.

use std::time::{Duration, SystemTime};

use openedx_events::event_bus::{EntryId, EventBus, Failure, Lost};

use super::{
    between::Between,
    support::{TOPIC, World, backlog, ids, poll},
};

fn failure() -> Failure {
    let now = SystemTime::now();
    Failure { error: "no".to_owned(), receivers: Vec::new(), attempts: 1, first: now, last: now }
}

#[test]
fn entries_that_were_read_ahead_come_with_the_next_poll_whatever_is_called_before() {
    let world = World::new();
    let sent = world.produce(0..25);
    let mut consumer = world.consumer("a");
    let first = poll(&mut *consumer, &[], 10);
    assert_eq!(ids(&first), sent[..10]);
    assert_eq!(consumer.read_ahead(10).unwrap(), 10);
    assert_eq!(consumer.read_ahead(10).unwrap(), 0, "one at a time");
    consumer.hold(&[(sent[0].clone(), 1)]).unwrap();
    consumer.dead_letter(&first.entries[1], &failure()).unwrap();
    consumer.at_risk().unwrap();
    assert!(consumer.poll(&[sent[2].clone()], 0, Duration::ZERO).unwrap().entries.is_empty());
    assert_eq!(world.pending(), 18, "one is a dead letter, and one is acknowledged");
    let second = poll(&mut *consumer, &sent[3..10], 10);
    assert_eq!(ids(&second), sent[10..20]);
    assert!(second.entries.iter().all(|entry| entry.attempt == 1 && !entry.is_redelivered));
    assert_eq!(world.pending(), 11);
    assert_eq!(ids(&poll(&mut *consumer, &[], 10)), sent[20..]);
}

#[test]
fn fewer_entries_than_were_asked_for_come_at_once() {
    let world = World::new();
    let sent = world.produce(0..13);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 10);
    assert_eq!(consumer.read_ahead(10).unwrap(), 10);
    assert_eq!(ids(&poll(&mut *consumer, &[], 10)), sent[10..]);
    assert_eq!(consumer.read_ahead(10).unwrap(), 10);
    assert!(poll(&mut *consumer, &sent, 10).entries.is_empty());
    let later = world.produce(13..14);
    assert_eq!(ids(&poll(&mut *consumer, &[], 10)), later);
}

#[test]
fn entries_whose_reply_is_lost_are_delivered_again() {
    let world = World::new();
    let sent = world.produce(0..20);
    let between = Between::cutting_the_reply_to(&world, "XREADGROUP");
    let mut consumer = between.consumer("a");
    assert_eq!(poll(&mut *consumer, &[], 10).entries.len(), 10);
    between.arm();
    assert_eq!(consumer.read_ahead(10).unwrap(), 10);
    let (mut got, mut failures) = (Vec::<EntryId>::new(), 0);
    while got.len() < 10 {
        match consumer.poll(&[], 10, Duration::from_millis(200)) {
            Ok(polled) => {
                assert!(polled.entries.iter().all(|entry| entry.attempt == 1 && entry.is_redelivered));
                got.extend(ids(&polled));
            }
            Err(error) => {
                failures += 1;
                assert!(error.is_transient() && failures < 20, "{error}");
            }
        }
    }
    assert_eq!((got, failures), (sent[10..].to_vec(), 1));
}

#[test]
fn a_loss_before_a_read_ahead_is_reported() {
    let world = World::new();
    let sent = world.produce(0..30);
    let mut consumer = world.consumer("a");
    assert_eq!(poll(&mut *consumer, &[], 10).entries.len(), 10);
    let _: u64 = world.ask(&["XTRIM", TOPIC, "MAXLEN", "5"]);
    assert_eq!(consumer.read_ahead(10).unwrap(), 10);
    let polled = poll(&mut *consumer, &sent[..10], 10);
    assert_eq!(ids(&polled), sent[25..]);
    assert!(matches!(&polled.lost[..], [Lost::Unread { count: Some(15), .. }]), "{:?}", polled.lost);
}

#[test]
fn a_member_that_must_look_first_does_not_read_ahead() {
    let world = World::new();
    world.produce(0..30);
    assert_eq!(world.consumer("new").read_ahead(10).unwrap(), 0, "it has not joined");
    let mut subscription = backlog("window");
    subscription.until = Some(SystemTime::now() + Duration::from_hours(1));
    let mut consumer = world.bus().consumer(&subscription).unwrap();
    assert_eq!(poll(&mut *consumer, &[], 10).entries.len(), 10);
    assert_eq!(consumer.read_ahead(10).unwrap(), 0, "a read has no end");
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-eval"]);
    let mut consumer = world.consumer("blind");
    assert_eq!(poll(&mut *consumer, &[], 10).entries.len(), 10);
    assert_eq!(consumer.read_ahead(10).unwrap(), 0, "it cannot look for losses");
}
