//! Attempts, and what happens after the last one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    conformance::{
        fixture::{Fixture, Gate, Recorded},
        promise::promise_eq,
    },
    event_bus::{ConsumeError, OnError},
    receiver::ReceiverError,
};

pub(in crate::conformance) fn a_message_is_acknowledged_only_after_it_was_handled(fixture: &Fixture) {
    let gate = Gate::new(fixture);
    let in_receiver = gate.clone();
    let _receiver = fixture.receive(move |_, _| {
        in_receiver.pass();
        Ok(())
    });
    let ids = fixture.send_items([1]);
    let member = fixture.member("a", |consumer| consumer);
    fixture.wait("the receiver runs", || gate.has_arrived());
    // Longer than a consumer waits before it acknowledges.
    thread::sleep(Duration::from_millis(150));
    let pending = fixture.pending();
    gate.open();
    promise_eq!(pending.len(), 1, "the message was acknowledged before it was handled");
    promise_eq!((&pending[0].id, &*pending[0].consumer_name), (&ids[0], "a"));
    fixture.wait_until_acknowledged();
    promise_eq!(member.stop_well().handled, 1);
}

pub(in crate::conformance) fn only_failed_receivers_run_again(fixture: &Fixture) {
    let (first, _first) = fixture.record();
    let failing = Recorded::new();
    let records = failing.clone();
    let _failing = fixture.receive(move |item, _| {
        records.push(item.number);
        if records.len() < 3 { Err(ReceiverError::new("not yet")) } else { Ok(()) }
    });
    let (last, _last) = fixture.record();
    fixture.send_items([1]);
    let report = fixture.member("a", |consumer| consumer.count(1)).end_well();
    promise_eq!((report.handled, report.failed_attempts, report.dead_lettered), (1, 2, 0));
    promise_eq!((first.len(), failing.len(), last.len()), (1, 3, 1));
    assert!(fixture.pending().is_empty());
}

pub(in crate::conformance) fn waits_between_attempts_grow(fixture: &Fixture) {
    let attempts = Recorded::new();
    let records = attempts.clone();
    let _receiver = fixture.receive(move |_, _| {
        records.push(Instant::now());
        Err(ReceiverError::new("never"))
    });
    fixture.send_items([1]);
    let (min, max) = (Duration::from_millis(60), Duration::from_millis(150));
    let member = fixture.member("a", |consumer| consumer.retry(min, max).max_attempts(4).count(1));
    promise_eq!(member.end_well().dead_lettered, 1);
    let times = attempts.all();
    let waits: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    promise_eq!(waits.len(), 3);
    // Jitter shortens a wait by half at most; a busy machine can make it longer.
    for (wait, longest) in waits.iter().zip([60, 120, 150]) {
        assert!(*wait >= Duration::from_millis(longest) / 2, "{waits:?}");
    }
}

pub(in crate::conformance) fn a_dead_letter_records_the_failure(fixture: &Fixture) {
    let (_, _succeeding) = fixture.record();
    let _failing = fixture.fail(|| ReceiverError::new("no space left"));
    let before = SystemTime::now();
    let message = fixture.added(1);
    let ids = fixture.send([message.clone()]);
    let member = fixture.member("failing-member", |consumer| consumer.max_attempts(3).count(1));
    let report = member.end_well();
    promise_eq!((report.handled, report.failed_attempts, report.dead_lettered), (0, 3, 1));
    assert!(fixture.pending().is_empty(), "a dead letter should be acknowledged");

    let letter = fixture.dead_letter();
    let failure = &letter.failure;
    promise_eq!(letter.entry_id, ids[0]);
    assert!(letter.message == message, "the stored message differs");
    assert!(failure.error.contains("no space left"), "{}", failure.error);
    promise_eq!(failure.receivers.len(), 1, "{:?}", failure.receivers);
    assert!(failure.receivers[0].contains("conformance::"), "{:?}", failure.receivers);
    promise_eq!(failure.attempts, 3);
    promise_eq!(letter.consumer_name, "failing-member");
    // Times are stored in microseconds.
    let (first, last) = (failure.first + Duration::from_micros(1), failure.last);
    assert!(before <= first && first < last + Duration::from_millis(1), "{first:?} to {last:?}");
    assert!(last <= SystemTime::now());
}

pub(in crate::conformance) fn a_permanent_error_is_not_retried(fixture: &Fixture) {
    let (handled, _succeeding) = fixture.record();
    let _failing = fixture.fail(|| ReceiverError::permanent("the list was deleted"));
    fixture.send_items([1]);
    let report = fixture.member("a", |consumer| consumer.count(1)).end_well();
    promise_eq!((report.failed_attempts, report.dead_lettered), (1, 1));
    promise_eq!(handled.len(), 1);
    let failure = fixture.dead_letter().failure;
    promise_eq!(failure.attempts, 1);
    assert!(failure.error.contains("the list was deleted"), "{}", failure.error);
}

pub(in crate::conformance) fn a_panic_is_a_failed_attempt(fixture: &Fixture) {
    let (handled, _succeeding) = fixture.record();
    let _receiver = fixture.receive(|item, _| match item.number {
        1 => panic!("on purpose: the conformance suite tests a panic"),
        _ => Ok(()),
    });
    fixture.send_items([1, 2]);
    let report = fixture.member("a", |consumer| consumer.max_attempts(2).count(2)).end_well();
    promise_eq!((report.handled, report.failed_attempts, report.dead_lettered), (1, 2, 1));
    promise_eq!(handled.all(), [1, 2]);
    let error = fixture.dead_letter().failure.error;
    assert!(error.contains("panicked") && error.contains("tests a panic"), "{error}");
}

pub(in crate::conformance) fn no_message_overtakes_a_retry(fixture: &Fixture) {
    let attempts = Recorded::new();
    let records = attempts.clone();
    let _receiver = fixture.receive(move |item, _| {
        records.push(item.number);
        if item.number == 2 && records.count(&2) < 3 { Err(ReceiverError::new("not yet")) } else { Ok(()) }
    });
    fixture.send_items(1..=2);
    let wait = Duration::from_millis(100);
    let member = fixture.member("a", |consumer| consumer.retry(wait, wait).count(5));
    fixture.wait("the message fails", || attempts.count(&2) > 0);
    // They arrive while the other message waits for its retry.
    fixture.send_items(3..=5);
    promise_eq!(member.end_well().handled, 5);
    promise_eq!(attempts.all(), [1, 2, 2, 2, 3, 4, 5]);
}

pub(in crate::conformance) fn failures_can_be_acknowledged(fixture: &Fixture) {
    let (handled, _succeeding) = fixture.record();
    let _failing = fixture.receive(|item, _| match item.number {
        1 => Err(ReceiverError::new("never")),
        _ => Ok(()),
    });
    fixture.send_items([1, 2]);
    let member =
        fixture.member("a", |consumer| consumer.on_error(OnError::Acknowledge).max_attempts(2).count(2));
    let report = member.end_well();
    promise_eq!((report.handled, report.given_up, report.dead_lettered), (1, 1, 0));
    promise_eq!(handled.all(), [1, 2]);
    assert!(fixture.pending().is_empty() && fixture.dead_letters().is_empty());
}

pub(in crate::conformance) fn a_failure_can_stop_the_consumer(fixture: &Fixture) {
    let is_repaired = Arc::new(AtomicBool::new(false));
    let in_receiver = Arc::clone(&is_repaired);
    let attempts = Recorded::new();
    let records = attempts.clone();
    let _receiver = fixture.receive(move |item, _| {
        records.push(item.number);
        let succeeds = item.number != 2 || in_receiver.load(Ordering::SeqCst);
        if succeeds { Ok(()) } else { Err(ReceiverError::new("no space left")) }
    });
    let ids = fixture.send_items(1..=3);
    let start = || fixture.member("a", |consumer| consumer.on_error(OnError::Stop).max_attempts(2));
    let error = start().end_with_error("the message fails");
    assert!(matches!(&error, ConsumeError::StoppedOnError { entry, .. } if *entry == ids[1]), "{error}");
    assert!(error.to_string().contains("no space left"), "{error}");
    promise_eq!(error.exit_code(), 5);
    // Each restart tries the message, so that it is handled once its receiver is repaired.
    for _ in 0..3 {
        let before = attempts.count(&2);
        start().end_with_error("the message still fails");
        promise_eq!(attempts.count(&2), before + 1);
    }
    is_repaired.store(true, Ordering::SeqCst);
    let member = start();
    fixture.wait("the last message is handled", || attempts.count(&3) > 0);
    fixture.wait_until_acknowledged();
    promise_eq!(
        member.stop_well().handled,
        2,
        "the failed message and the one after it should be redelivered"
    );
    promise_eq!((attempts.count(&1), attempts.count(&3)), (1, 1));
    assert!(fixture.dead_letters().is_empty());
}
