//! Steps whose reply is lost are repeated, and have an effect only once.

use std::time::{Duration, SystemTime};

use openedx_events::event_bus::{DeadLetter, EventBus, Failure, RedisBus};

use super::{
    between::Between,
    support::{GROUP, TOPIC, World, eventually, ids, numbers, poll},
};

fn failure(receivers: &[&str]) -> Failure {
    let now = SystemTime::now();
    let receivers = receivers.iter().map(|&name| name.to_owned()).collect();
    Failure { error: "does not work".into(), receivers, attempts: 5, first: now, last: now }
}

fn letters(world: &World) -> Vec<DeadLetter> {
    world.bus().operations().unwrap().dead_letters(TOPIC, GROUP, None, 10).unwrap()
}

#[test]
fn a_dead_letter_whose_reply_is_lost_is_stored_once() {
    for step in ["XADD", "XACK", "XLEN", "XTRIM"] {
        let world = World::new();
        world.produce(0..3);
        let between = Between::cutting_the_reply_to(&world, step);
        let mut subscription = super::support::backlog("a");
        subscription.dead_letter_max_len = 2;
        let bus = RedisBus::new(between.options()).unwrap();
        let mut consumer = bus.consumer(&subscription).unwrap();
        let entries = poll(&mut *consumer, &[], 3).entries;
        for entry in &entries[..2] {
            consumer.dead_letter(entry, &failure(&[])).unwrap();
        }
        between.arm();
        let error = consumer.dead_letter(&entries[2], &failure(&[])).unwrap_err();
        assert!(error.is_transient() && between.has_happened(), "{step}: {error}");
        consumer.dead_letter(&entries[2], &failure(&[])).unwrap();
        let stored: Vec<_> = letters(&world).into_iter().map(|letter| letter.entry_id).collect();
        assert_eq!(stored, [entries[1].id.clone(), entries[2].id.clone()], "{step}");
        assert_eq!(world.pending(), 0, "{step}");
    }
}

#[test]
fn a_dead_letter_that_a_crashed_member_stored_is_not_stored_again() {
    let world = World::new();
    world.produce(0..2);
    let between = Between::cutting_the_reply_to(&world, "XACK");
    let mut consumer = between.consumer("a");
    let entries = poll(&mut *consumer, &[], 2).entries;
    consumer.dead_letter(&entries[0], &failure(&[])).unwrap();
    drop(consumer);
    // The member stored the letter and died before it acknowledged the entry.
    let entry = &entries[1];
    let letter = DeadLetter::message_of(entry, &failure(&[]), "a");
    let stored = openedx_events_tests::fields::fields(&letter);
    let mut add = redis::cmd("XADD");
    add.arg("dev-numbers.dlq.readers").arg("*");
    for (name, value) in stored {
        add.arg(name).arg(value);
    }
    let _: String = add.query(&mut world.server.connect().unwrap()).unwrap();
    let mut next = world.consumer("a");
    let mut again = Vec::new();
    eventually("the entry is delivered again", || {
        again = poll(&mut *next, &[], 2).entries;
        !again.is_empty()
    });
    next.dead_letter(&again[0], &failure(&[])).unwrap();
    assert_eq!((letters(&world).len(), world.pending()), (2, 0));
    // If an operator has removed it since, it is stored.
    let stored = letters(&world);
    world.bus().operations().unwrap().drop_dead_letters(TOPIC, GROUP, &[stored[1].id.clone()]).unwrap();
    next.dead_letter(&again[0], &failure(&[])).unwrap();
    assert_eq!(letters(&world).len(), 2);
}

#[test]
fn a_replaced_dead_letter_whose_reply_is_lost_is_stored_once() {
    for step in ["XADD", "XDEL"] {
        let world = World::new();
        world.produce(0..1);
        let mut consumer = world.consumer("a");
        let entries = poll(&mut *consumer, &[], 1).entries;
        consumer.dead_letter(&entries[0], &failure(&["one", "two"])).unwrap();
        let between = Between::cutting_the_reply_to(&world, step);
        let mut operations = RedisBus::new(between.options()).unwrap().operations().unwrap();
        let letter = operations.dead_letters(TOPIC, GROUP, None, 10).unwrap().remove(0);
        between.arm();
        let left = DeadLetter { failure: failure(&["two"]), ..letter };
        operations.replace_dead_letter(TOPIC, GROUP, &left).unwrap();
        assert!(between.has_happened());
        let stored: Vec<_> = letters(&world).into_iter().map(|letter| letter.failure.receivers).collect();
        assert_eq!(stored, [["two"]], "{step}");
    }
}

#[test]
fn entries_that_come_with_a_refused_acknowledgement_are_kept_in_order() {
    let world = World::new();
    world.produce(0..3);
    let mut consumer = world.consumer("a");
    let first = poll(&mut *consumer, &[], 2);
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-xack"]);
    let error = consumer.poll(&ids(&first), 10, Duration::ZERO).unwrap_err();
    assert!(error.to_string().contains("'xack'"), "{error}");
    world.produce(3..5);
    assert!(consumer.poll(&ids(&first), 10, Duration::ZERO).is_err());
    let _: () = world.ask(&["ACL", "SETUSER", "default", "+xack"]);
    let second = poll(&mut *consumer, &ids(&first), 10);
    let third = poll(&mut *consumer, &ids(&second), 10);
    assert_eq!([numbers(&second), numbers(&third)], [vec![2], vec![3, 4]]);
    poll(&mut *consumer, &ids(&third), 0);
    assert_eq!(world.pending(), 0);
}

#[test]
fn the_age_of_dead_letters_is_measured_by_the_server() {
    let world = World::new();
    world.produce(0..1);
    let mut consumer = world.consumer("a");
    let entries = poll(&mut *consumer, &[], 1).entries;
    // Two letters, stored 15 days and one day before the server's time, which may be any time.
    let now: (u64, u64) = world.ask(&["TIME"]);
    let day = 24 * 60 * 60;
    for days in [15, 1] {
        let id = format!("{}-0", (now.0 - days * day) * 1000);
        let _: String = world.ask(&["XADD", "dev-numbers.dlq.readers", &id, "dlq_entry_id", "1-1"]);
    }
    consumer.dead_letter(&entries[0], &failure(&[])).unwrap();
    assert_eq!(letters(&world).len(), 2);
}
