//! A consumer leaves its group, no matter why it ends.

use std::time::{Duration, Instant};

use openedx_events::{
    ReceiverError,
    event_bus::{Capability, ConsumeError, OnError},
};

use crate::{
    Gate, receive, receive_at,
    script::{Call, Script, entry, wait},
};

/// Checks that the consumer has left the group once, and then dropped the member.
fn assert_left(script: &Script) {
    let calls = script.calls();
    assert_eq!(calls.iter().filter(|call| **call == Call::Close).count(), 1, "{calls:?}");
    assert!(calls.ends_with(&[Call::Close, Call::Drop]), "{calls:?}");
}

#[test]
fn after_a_stop() {
    let (test, script, gate) = ("stop", Script::default(), Gate::default());
    let (_, _receiver) = receive_at(&gate, test);
    gate.open();
    script.delivers([entry(test, "1", "ada")]);
    let consumer = script.start(|consumer| consumer);
    wait("the entry is acknowledged", || script.has_acknowledged("1"));
    consumer.stop().unwrap();
    assert_left(&script);
}

#[test]
fn after_the_last_message() {
    let (test, script) = ("count", Script::default());
    let _receiver = receive(test, |_| Ok(()));
    script.delivers([entry(test, "1", "ada")]);
    script.start(|consumer| consumer.count(1)).end().unwrap();
    assert_left(&script);
    assert_eq!(script.acknowledged(), ["1"]);
}

#[test]
fn after_a_failure_that_ends_the_consumer() {
    let (test, script) = ("error", Script::default());
    let _receiver = receive(test, |_| Err(ReceiverError::permanent("no such street")));
    script.delivers([entry(test, "1", "ada")]);
    let outcome = script.start(|consumer| consumer.on_error(OnError::Stop)).end();
    assert!(matches!(outcome, Err(ConsumeError::StoppedOnError { .. })), "{outcome:?}");
    assert_left(&script);
}

#[test]
fn after_the_broker_refused_it() {
    let script = Script::default();
    let _receiver = receive("refused", |_| Ok(()));
    script.refuse();
    let outcome = script.start(|consumer| consumer).end();
    assert!(matches!(outcome, Err(ConsumeError::Bus(_))), "{outcome:?}");
    assert_left(&script);
}

#[test]
fn briefly_after_a_receiver_that_hangs() {
    let (test, script, gate) = ("hung", Script::default(), Gate::default());
    let (_, _receiver) = receive_at(&gate, test);
    script.delivers([entry(test, "1", "ada")]);
    script.close_takes(Duration::from_hours(1), None);
    let consumer = script.start(|consumer| consumer.receiver_timeout(Duration::from_millis(100)));
    gate.wait_for_arrival();
    let started = Instant::now();
    let outcome = consumer.end();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    gate.open();
    assert!(matches!(outcome, Err(ConsumeError::ReceiverTimedOut { .. })), "{outcome:?}");
    assert_left(&script);
}

#[test]
fn at_most_until_the_stop_timeout() {
    let script = Script::default();
    let _receiver = receive("deadline", |_| Ok(()));
    script.close_takes(Duration::from_hours(1), Some("no route to the server"));
    let consumer = script.start(|consumer| consumer.stop_timeout(Duration::from_millis(700)));
    script.wait_for_polls();
    let lines = consumer.lines.clone();
    let started = Instant::now();
    consumer.stop().expect("the messages are finished");
    let elapsed = started.elapsed();
    assert!(elapsed >= Duration::from_millis(690) && elapsed < Duration::from_secs(5), "{elapsed:?}");
    let failed = lines.with("could not leave its group");
    assert!(failed.len() == 1 && failed[0].contains("no route to the server"), "{failed:?}");
    assert_left(&script);
}

#[test]
fn a_bus_that_does_not_claim_entries_limits_no_receiver() {
    let script = Script::default();
    let _receiver = receive("claims", |_| Ok(()));
    let minute = Duration::from_mins(1);
    let consumer = || script.start(|consumer| consumer.receiver_timeout(minute).claim_older_than(minute));
    let refused = consumer().end();
    assert!(
        matches!(&refused, Err(ConsumeError::Refused(reason)) if reason.contains("claim a message")),
        "{refused:?}"
    );
    script.lack(Capability::ClaimEntries);
    let consumer = consumer();
    script.wait_for_polls();
    consumer.stop().unwrap();
}

#[test]
fn messages_that_are_not_finished_are_logged() {
    let (test, script) = ("unfinished", Script::default());
    let _receiver = receive(test, |_| Err(ReceiverError::new("nobody at home")));
    script.delivers(["1", "2", "3"].map(|id| entry(test, id, "ada")));
    let hour = Duration::from_hours(1);
    let consumer = script.start(|consumer| consumer.retry(hour, hour));
    wait("it fails", || !consumer.lines.with("receiver failed").is_empty());
    script.wait_for_polls();
    let lines = consumer.lines.clone();
    consumer.stop().unwrap();
    let said = lines.with("were read and not finished");
    assert!(said.len() == 1 && said[0].contains("count=3 tried=1"), "{said:?}");
    let held = [("2", 0), ("3", 0), ("1", 1)].map(|(id, attempts)| (id.to_owned(), attempts));
    assert!(script.calls().contains(&Call::Hold(held.to_vec())), "{:?}", script.calls());
}
