//! How consumers end, and what they do while the bus is down.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    conformance::{
        fixture::{Fixture, Gate},
        promise::promise_eq,
    },
    event_bus::ConsumeError,
    receiver::ReceiverError,
};

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

pub(in crate::conformance) fn an_idle_consumer_stops_at_once(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items([1]);
    let member = fixture.member("a", |consumer| consumer);
    fixture.wait("the message is handled", || handled.len() == 1);
    fixture.wait_until_acknowledged();
    thread::sleep(MILLIS(200));
    let before = Instant::now();
    member.stop_well();
    // The promise is one second. The second one allows for a busy machine.
    assert!(before.elapsed() < MILLIS(2000), "{:?}", before.elapsed());
}

pub(in crate::conformance) fn a_running_message_is_finished_before_the_stop(fixture: &Fixture) {
    let gate = Gate::new(fixture);
    let in_receiver = gate.clone();
    let _slow = fixture.receive(move |_, _| {
        in_receiver.pass();
        Ok(())
    });
    let (handled, _receiver) = fixture.record();
    let ids = fixture.send_items([1, 2]);
    let member = fixture.member("a", |consumer| consumer);
    fixture.wait("the receiver runs", || gate.has_arrived());
    let opener = thread::spawn(move || {
        thread::sleep(MILLIS(300));
        gate.open();
    });
    promise_eq!(member.stop_well().handled, 1);
    opener.join().unwrap();
    promise_eq!(handled.all(), [1]);
    assert!(fixture.pending().iter().all(|entry| entry.id != ids[0]), "the message should be acknowledged");
}

pub(in crate::conformance) fn a_stop_has_a_deadline(fixture: &Fixture) {
    let gate = Gate::new(fixture);
    let in_receiver = gate.clone();
    let hanging = fixture.receive(move |_, _| {
        in_receiver.pass();
        Ok(())
    });
    fixture.send_items([1]);
    let member = fixture.member("a", |consumer| consumer.stop_timeout(MILLIS(100)));
    fixture.wait("the receiver runs", || gate.has_arrived());
    let error = member.stop().expect_err("the message is not finished");
    let begun = fixture.begun();
    gate.open();
    assert!(matches!(error, ConsumeError::StopTimedOut { .. }), "{error}");
    assert!(error.exit_code() > 0);
    promise_eq!(begun, [], "the stop should not count as an attempt");
    drop(hanging);
    let (handled, _receiver) = fixture.record();
    fixture.member("a", |consumer| consumer.count(1)).end_well();
    promise_eq!(handled.all(), [1], "the message should be delivered again");
}

pub(in crate::conformance) fn failed_polls_count_towards_the_error_limit(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let member =
        fixture.member("a", |consumer| consumer.poll_failure_sleep(MILLIS(60)).consecutive_errors_limit(4));
    let link = member.link().clone();
    let fail_once = || {
        let before = link.failures();
        link.set_down(true);
        fixture.wait("a poll fails", || link.failures() > before);
        link.set_down(false);
    };
    fail_once();
    fixture.send_items([1]);
    fixture.wait("the message is handled", || handled.len() == 1);
    fail_once();
    fixture.send_items([2]);
    fixture.wait("the message is handled", || handled.len() == 2);
    fixture.wait_until_acknowledged();
    let before = link.failures();
    link.set_down(true);
    let error = member.end_with_error("the limit is reached");
    let ConsumeError::TooManyErrors { count, last, .. } = &error else { panic!("{error}") };
    promise_eq!((*count, error.exit_code()), (4, 4));
    assert!(last.contains("the bus is down"), "{last}");
    // A consumer makes one more call when it ends, to acknowledge finished messages.
    let failures = link.failures() - before;
    assert!((4..=5).contains(&failures), "only a handled message should reset the count: {failures}");
}

pub(in crate::conformance) fn failed_attempts_count_towards_the_error_limit(fixture: &Fixture) {
    let failing = fixture.receive(|item, _| match item.number {
        3 => Ok(()),
        _ => Err(ReceiverError::new("no space left")),
    });
    let ids = fixture.send_items(1..=9);
    let member = fixture.member("a", |consumer| consumer.max_attempts(2).consecutive_errors_limit(5));
    let error = member.end_with_error("the limit is reached");
    // Two attempts each of 1 and 2; then 3 is handled, which resets the count; then 4, 5, and the first attempt of 6.
    let ConsumeError::TooManyErrors { count, last, .. } = &error else { panic!("{error}") };
    promise_eq!((*count, error.exit_code()), (5, 4));
    assert!(last.contains("no space left"), "{last}");
    promise_eq!(fixture.dead_letters().len(), 4);
    promise_eq!(fixture.begun(), [(ids[5].clone(), 1)]);
    drop(failing);
    let (handled, _receiver) = fixture.record();
    fixture.member("a", |consumer| consumer.count(4)).end_well();
    promise_eq!(handled.all(), [6, 7, 8, 9], "no message should be lost");
}

pub(in crate::conformance) fn a_bus_that_is_down_is_polled_rarely_and_found_soon(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let member = fixture.member("a", |consumer| consumer);
    let link = member.link();
    fixture.wait("the first poll begins", || link.has_polled());
    link.set_down(true);
    fixture.wait("a poll fails", || link.failures() > 0);
    thread::sleep(MILLIS(3300));
    let failures = link.failures();
    fixture.send_items([1]);
    link.set_down(false);
    let before = Instant::now();
    fixture.wait("the message is handled", || handled.len() == 1);
    // The promises are at most ten polls in ten seconds, and two seconds until the consumer finds the bus.
    assert!((1..=4).contains(&failures), "{failures} polls in three seconds");
    assert!(before.elapsed() < MILLIS(4000), "{:?}", before.elapsed());
    promise_eq!(member.stop_well().handled, 1);
}

pub(in crate::conformance) fn a_running_message_survives_an_outage(fixture: &Fixture) {
    let (attempts, _receiver) = fixture.record();
    let gate = Gate::new(fixture);
    let in_receiver = gate.clone();
    let _slow = fixture.receive(move |item, _| {
        if item.number == 1 {
            in_receiver.pass();
        }
        Err(ReceiverError::permanent("no space left"))
    });
    fixture.send_items([1, 2]);
    let member = fixture.member("a", |consumer| consumer.poll_failure_sleep(MILLIS(200)));
    fixture.wait("the receiver runs", || gate.has_arrived());
    member.link().set_down(true);
    thread::sleep(MILLIS(1000));
    gate.open();
    thread::sleep(MILLIS(1000));
    let failures = member.link().failures();
    assert!(failures <= 11, "{failures} calls in two seconds, with pauses of 200 ms");
    promise_eq!(fixture.pending().len(), 2, "nothing should be lost during the outage");
    member.link().set_down(false);
    fixture.wait("both messages are dead-lettered", || fixture.dead_letters().len() == 2);
    fixture.wait_until_acknowledged();
    promise_eq!(member.stop_well().dead_lettered, 2);
    promise_eq!(attempts.all(), [1, 2], "each message should be handled once");
}
