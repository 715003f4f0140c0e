//! Members that crash, stop, or are slow.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    conformance::{
        fixture::{Fixture, Gate, Recorded, message},
        promise::promise_eq,
    },
    event_bus::{ConsumeError, Consumer, EntryId},
    receiver::ReceiverError,
    signal::Connection,
};

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

/// Connects a receiver that crashes its process at the first message, then records numbers and times.
fn crash_once(fixture: &Fixture) -> (Recorded<(i64, Instant)>, Connection) {
    let (crashes, crash) = (AtomicBool::new(true), fixture.crash());
    let handled = Recorded::new();
    let records = handled.clone();
    let receiver = fixture.receive(move |item, _| {
        if crashes.swap(false, Ordering::SeqCst) {
            crash();
        } else {
            records.push((item.number, Instant::now()));
        }
        Ok(())
    });
    (handled, receiver)
}

/// Connects a receiver that crashes its process at each delivery of a message.
fn crash_at(fixture: &Fixture, number: i64) -> Connection {
    let crash = fixture.crash();
    fixture.receive(move |item, _| {
        if item.number == number {
            crash();
        }
        Ok(())
    })
}

pub(in crate::conformance) fn entries_of_a_crashed_member_are_claimed(fixture: &Fixture) {
    let (handled, _receiver) = crash_once(fixture);
    let ids = fixture.send_items(1..=3);
    let claim = MILLIS(700);
    let set_up = |consumer: Consumer| consumer.receiver_timeout(MILLIS(600)).claim_older_than(claim);
    let before = Instant::now();
    fixture.member("a", set_up).wait_for_crash();
    let second = fixture.member("b", set_up);
    fixture.send_items([4]);
    fixture.wait("all messages are handled", || handled.len() >= 4);
    fixture.wait_until_acknowledged();
    let delivered = second.delivered();
    promise_eq!(second.stop_well().handled, 4);
    let mut numbers = BTreeSet::new();
    for (number, at) in handled.all() {
        numbers.insert(number);
        let waited = at - before;
        assert!(number == 4 || waited >= claim, "message {number} was claimed too early, after {waited:?}");
    }
    promise_eq!(numbers, (1..=4).collect());
    for id in ids {
        assert!(
            delivered.contains(&(id.clone(), 1)),
            "the first delivery of {id} is not an attempt that is known to have begun: {delivered:?}"
        );
    }
}

pub(in crate::conformance) fn an_entry_that_crashes_its_member_is_dead_lettered(fixture: &Fixture) {
    let (handled, _succeeding) = fixture.record();
    let _crashing = crash_at(fixture, 50);
    fixture.send_items(1..=100);
    let mut crashes = 0;
    let report = loop {
        let member = fixture.member("a", |consumer| consumer.read_at_once(100).max_attempts(3));
        fixture.wait("the member crashes, or all messages are handled", || {
            member.link().has_crashed() || (handled.count(&100) > 0 && fixture.is_acknowledged())
        });
        if !member.link().has_crashed() {
            break member.stop_well();
        }
        member.wait_for_crash();
        crashes += 1;
        assert!(crashes < 10, "the entry crashes its member again and again");
    };
    // The first crash does not count: nobody knows which of the delivered messages had begun.
    promise_eq!((crashes, report.dead_lettered), (4, 1));
    promise_eq!(fixture.dead_letter().failure.attempts, 3);
    let handled: BTreeSet<_> = handled.all().into_iter().collect();
    promise_eq!(handled, (1..=100).collect(), "every other message should be handled");
}

pub(in crate::conformance) fn a_delivery_is_not_an_attempt(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=3);
    for _ in 0..2 {
        fixture.deliver_to_the_dead("a", 3);
    }
    let report = fixture.member("a", |consumer| consumer.max_attempts(1).count(3)).end_well();
    promise_eq!((report.handled, report.dead_lettered), (3, 0));
    promise_eq!(handled.all(), [1, 2, 3]);
}

pub(in crate::conformance) fn with_one_attempt_a_crash_costs_no_other_message(fixture: &Fixture) {
    let (handled, _succeeding) = fixture.record();
    let _crashing = crash_at(fixture, 2);
    let ids = fixture.send_items(1..=5);
    let start = || fixture.member("a", |consumer| consumer.max_attempts(1));
    start().wait_for_crash();
    let member = start();
    fixture.wait("the last message is handled", || handled.count(&5) > 0);
    fixture.wait_until_acknowledged();
    promise_eq!(member.stop_well().dead_lettered, 1);
    let letter = fixture.dead_letter();
    promise_eq!((letter.entry_id, letter.failure.attempts), (ids[1].clone(), 1));
    promise_eq!(handled.all().into_iter().collect::<BTreeSet<_>>(), (1..=5).collect());
}

pub(in crate::conformance) fn unfinished_entries_come_first(fixture: &Fixture) {
    let (handled, _receiver) = crash_once(fixture);
    fixture.send_items(1..=5);
    fixture.member("a", |consumer| consumer.read_at_once(5)).wait_for_crash();
    promise_eq!(fixture.pending().len(), 5);
    fixture.send_items(6..=9);
    let member = fixture.member("a", |consumer| consumer.count(9));
    let delivered = member.link().clone();
    member.end_well();
    let numbers: Vec<_> = handled.all().into_iter().map(|(number, _)| number).collect();
    promise_eq!(numbers[numbers.len() - 9..], (1..=9).collect::<Vec<_>>());
    let attempts: BTreeSet<_> =
        delivered.deliveries().concat().into_iter().map(|(_, attempt)| attempt).collect();
    promise_eq!(attempts, BTreeSet::from([1]), "no attempt is known to have begun");
}

pub(in crate::conformance) fn unfinished_entries_run_at_the_same_time(fixture: &Fixture) {
    let crash = fixture.crash();
    let (crashes, begun) = (AtomicBool::new(true), Recorded::new());
    let has_restarted = Arc::new(AtomicBool::new(false));
    let (records, is_second) = (begun.clone(), Arc::clone(&has_restarted));
    let other = fixture.another();
    let _receiver = fixture.receive(move |item, _| {
        if crashes.swap(false, Ordering::SeqCst) {
            crash();
        } else if is_second.load(Ordering::SeqCst) {
            records.push(item.number);
            other.wait("another message begins", || records.len() > 1);
        }
        Ok(())
    });
    let on_lists = |number| {
        let mut item = fixture.item(number);
        item.list = format!("list {number}");
        message(&item)
    };
    fixture.send((1..=16).map(on_lists));
    let start = || {
        fixture.member("a", |consumer| consumer.read_at_once(16).concurrency(16).max_attempts(2).count(16))
    };
    start().wait_for_crash();
    has_restarted.store(true, Ordering::SeqCst);
    promise_eq!(start().end_well().handled, 16);
    promise_eq!(begun.all().into_iter().collect::<BTreeSet<_>>(), (1..=16).collect());
}

pub(in crate::conformance) fn an_entry_that_was_tried_is_delivered_alone(fixture: &Fixture) {
    let (handled, _succeeding) = fixture.record();
    let _crashing = crash_at(fixture, 3);
    let ids = fixture.send_items(1..=6);
    let start = || fixture.member("a", |consumer| consumer.read_at_once(6).max_attempts(2));
    start().wait_for_crash();
    // It is not known which entries the first process had begun. The second process stores each attempt.
    start().wait_for_crash();
    let third = start();
    let delivered = third.link().clone();
    third.wait_for_crash();
    let tried: Vec<_> = delivered
        .deliveries()
        .into_iter()
        .filter(|entries| entries.iter().any(|(_, attempt)| *attempt > 1))
        .collect();
    promise_eq!(tried, [vec![(ids[2].clone(), 2)]], "it may be the one that ended the process");
    let member = start();
    fixture.wait("the last message is handled", || handled.count(&6) > 0);
    fixture.wait_until_acknowledged();
    promise_eq!(member.stop_well().dead_lettered, 1);
    let handled: BTreeSet<_> = handled.all().into_iter().collect();
    promise_eq!(handled, (1..=6).collect(), "every other message should be handled");
}

pub(in crate::conformance) fn attempts_survive_a_restart(fixture: &Fixture) {
    let attempts = Recorded::new();
    let records = attempts.clone();
    let _receiver = fixture.receive(move |item, _| {
        records.push(item.number);
        Err(ReceiverError::new("never"))
    });
    let ids = fixture.send_items([1]);
    let day = Duration::from_hours(24);
    for attempt in 1..=2 {
        let member = fixture.member("a", |consumer| consumer.max_attempts(3).retry(day, day));
        fixture.wait("an attempt is made", || attempts.len() == attempt);
        // The message waits for its next attempt when the member stops.
        thread::sleep(MILLIS(50));
        member.stop_well();
        promise_eq!(fixture.begun(), [(ids[0].clone(), u32::try_from(attempt).unwrap())]);
    }
    let report = fixture.member("a", |consumer| consumer.max_attempts(3).count(1)).end_well();
    promise_eq!((report.failed_attempts, report.dead_lettered), (1, 1));
    promise_eq!(attempts.len(), 3);
    promise_eq!(fixture.dead_letter().failure.attempts, 3);
}

pub(in crate::conformance) fn a_stop_does_not_count_as_an_attempt(fixture: &Fixture) {
    let attempts = Recorded::new();
    let records = attempts.clone();
    let _receiver = fixture.receive(move |item, _| {
        records.push(item.number);
        thread::sleep(MILLIS(100));
        Ok(())
    });
    fixture.send_items(1..=5);
    for stopped in 1..=2 {
        let member = fixture.member("a", |consumer| consumer.max_attempts(2));
        fixture.wait("a message is handled", || attempts.len() == stopped);
        promise_eq!(member.stop_well().handled, 1);
    }
    promise_eq!(fixture.begun(), [], "messages that were not started should have no attempts");
    let report = fixture.member("a", |consumer| consumer.max_attempts(2).count(3)).end_well();
    promise_eq!((report.handled, report.dead_lettered), (3, 0));
    promise_eq!(attempts.all(), [1, 2, 3, 4, 5]);
}

pub(in crate::conformance) fn claims_are_renewed_while_receivers_run(fixture: &Fixture) {
    let (timeout, claim) = (MILLIS(1200), MILLIS(1300));
    let set_up = |consumer: Consumer| consumer.receiver_timeout(timeout).claim_older_than(claim);
    let attempts = Recorded::new();
    // Each receiver is faster than the timeout, and all together are slower than the claim time.
    let _receivers = [(); 3].map(|()| {
        let records = attempts.clone();
        fixture.receive(move |item, _| {
            records.push(item.number);
            thread::sleep(MILLIS(600));
            Ok(())
        })
    });
    fixture.send_items([1, 2]);
    let first = fixture.member("a", set_up);
    fixture.wait("a receiver runs", || attempts.len() > 0);
    // A member with the same name may claim the entries of the first one only after a crash.
    let others = ["b", "a"].map(|name| fixture.member(name, set_up));
    fixture.wait_until_acknowledged();
    for other in others {
        promise_eq!(other.delivered(), [], "the other member claimed entries of a running member");
    }
    promise_eq!(first.stop_well().handled, 2);
    promise_eq!(attempts.all(), [1, 1, 1, 2, 2, 2]);
}

pub(in crate::conformance) fn claims_are_renewed_while_messages_wait_for_a_retry(fixture: &Fixture) {
    let (timeout, claim) = (MILLIS(600), MILLIS(700));
    let set_up = |consumer: Consumer| consumer.receiver_timeout(timeout).claim_older_than(claim);
    let attempts = Recorded::new();
    let records = attempts.clone();
    let _receiver = fixture.receive(move |item, _| {
        records.push(item.number);
        if records.len() == 1 { Err(ReceiverError::new("not yet")) } else { Ok(()) }
    });
    fixture.send_items([1, 2]);
    let wait = MILLIS(2500);
    let first = fixture.member("a", |consumer| set_up(consumer).retry(wait, wait));
    fixture.wait("the first attempt has failed", || attempts.len() == 1);
    let second = fixture.member("b", set_up);
    fixture.wait_until_acknowledged();
    promise_eq!(second.delivered(), [], "the other member claimed entries of a running member");
    promise_eq!(first.stop_well().handled, 2);
    promise_eq!(attempts.all(), [1, 1, 2]);
}

pub(in crate::conformance) fn a_hanging_receiver_is_reported_and_counts_as_an_attempt(fixture: &Fixture) {
    let gate = Gate::new(fixture);
    let in_receiver = gate.clone();
    let (attempts, _succeeding) = fixture.record();
    let _hanging = fixture.receive(move |item, _| {
        if item.number == 2 {
            in_receiver.pass();
        }
        Ok(())
    });
    let ids = fixture.send_items(1..=3);
    let member = fixture.member("a", |consumer| consumer.receiver_timeout(MILLIS(500)));
    let error = member.end_with_error("the receiver hangs");
    let (pending, begun) = (fixture.pending(), fixture.begun());
    gate.open();
    promise_eq!(error.exit_code(), 3);
    let ConsumeError::ReceiverTimedOut { receiver, entry, .. } = &error else { panic!("{error}") };
    assert!(receiver.contains("recovery::"), "{receiver}");
    promise_eq!(entry, &ids[1]);
    assert!(pending.iter().all(|entry| entry.id != ids[0]), "the first message should be acknowledged");
    promise_eq!(begun, [(ids[1].clone(), 1)]);
    promise_eq!(attempts.all(), [1, 2]);
}

pub(in crate::conformance) fn a_member_that_leaves_returns_its_entries(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=3);
    let mut member = fixture.bare_member("a");
    let received = fixture.receive_bare(&mut *member, 3);
    member.poll(&received[..1], 0, Duration::ZERO).expect("the bus should answer");
    member.close(Instant::now() + fixture.patience()).expect("the member should leave");
    drop(member);
    let next = fixture.member("a", |consumer| consumer.count(2));
    let report = next.end_well();
    promise_eq!(handled.all(), [2, 3], "the first one was acknowledged, and the others were not");
    promise_eq!((report.handled, report.lost), (2, 0));
}

pub(in crate::conformance) fn a_running_member_keeps_its_entries_from_another_of_its_name(fixture: &Fixture) {
    fixture.send_items([1]);
    let mut first = fixture.bare_member("a");
    let received = fixture.receive_bare(&mut *first, 1);
    let mut second = fixture.bare_member("a");
    let polled = second.poll(&[], 1, MILLIS(300)).expect("the bus should answer");
    let taken: Vec<_> = polled.entries.iter().map(|entry| &entry.id).collect();
    promise_eq!(taken, Vec::<&EntryId>::new(), "the first member still lives");
    let pending: Vec<_> = fixture.pending().into_iter().map(|pending| pending.id).collect();
    promise_eq!(pending, received);
}

pub(in crate::conformance) fn revoked_entries_are_delivered_again(fixture: &Fixture) {
    let gate = Gate::new(fixture);
    let (in_receiver, handled) = (gate.clone(), Recorded::new());
    let records = handled.clone();
    let _receiver = fixture.receive(move |item, _| {
        if item.number == 1 {
            in_receiver.pass();
        }
        records.push(item.number);
        Ok(())
    });
    fixture.send_items(1..=3);
    let member = fixture.member("a", |consumer| consumer);
    fixture.wait("the receiver runs", || gate.has_arrived());
    fixture.revoke();
    let link = member.link().clone();
    fixture.wait("the entry that is running is revoked", || !link.revoked().is_empty());
    gate.open();
    fixture.wait("all messages are handled", || handled.len() >= 4);
    fixture.wait_until_acknowledged();
    promise_eq!(handled.all(), [1, 1, 2, 3], "only the entry that was running should be handled twice");
    promise_eq!((fixture.begun(), fixture.dead_letters().len()), (Vec::new(), 0));
    let report = member.stop_well();
    promise_eq!((report.failed_attempts, report.lost), (0, 0));
}
