//! Pauses: if a receiver cannot work, few messages and no attempts are lost, and the order is kept.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    Connection, ReceiverError,
    event_bus::{Consumer, EntryId, Polled},
};

use crate::{
    Recorded, receive,
    script::{Call, Script, entry, wait},
};

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

/// A service that a receiver needs. Clones are the same service.
#[derive(Clone, Default)]
struct Service(Arc<AtomicBool>);

impl Service {
    fn set_up(&self, is_up: bool) {
        self.0.store(is_up, Ordering::SeqCst);
    }

    fn is_up(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Connects a receiver that needs a service. It fails with `error`, and records the parcels that it handled and those that it
/// tried.
fn needing(
    service: &Service,
    test: &'static str,
    error: impl Fn() -> ReceiverError + Send + Sync + 'static,
) -> (Recorded, Recorded, Connection) {
    let (handled, tried, service) = (Recorded::default(), Recorded::default(), service.clone());
    let (done, begun) = (handled.clone(), tried.clone());
    let connection = receive(test, move |id| {
        begun.push(id);
        if !service.is_up() {
            return Err(error());
        }
        done.push(id);
        Ok(())
    });
    (handled, tried, connection)
}

fn down() -> ReceiverError {
    ReceiverError::unavailable("503 from the carrier")
}

/// Sets all waits to milliseconds.
fn quick(consumer: Consumer) -> Consumer {
    consumer.retry(MILLIS(1), MILLIS(2)).pause_max(MILLIS(20))
}

fn dead_letters(script: &Script) -> Vec<String> {
    let of = |call| match call {
        Call::DeadLetter(id) => Some(id),
        _ => None,
    };
    script.calls().into_iter().filter_map(of).collect()
}

#[test]
fn a_declared_outage_costs_nothing() {
    let (test, script, service) = ("declared", Script::default(), Service::default());
    let (handled, tried, _receiver) = needing(&service, test, down);
    script.delivers(["1", "2"].map(|id| entry(test, id, "ada")));
    let consumer = script.start(quick);
    wait("it is tried again", || tried.count("1") > 3);
    script.delivers([entry(test, "3", "ada")]);
    thread::sleep(MILLIS(200));
    assert_eq!((tried.count("2"), tried.count("3")), (0, 0), "nothing else is begun or read");
    let paused = consumer.lines.with("paused: ");
    assert_eq!(paused.len(), 1, "{paused:?}");
    for part in ["WARN ", "receiver=", "503 from the carrier", "next_try_in=20ms"] {
        assert!(paused[0].contains(part), "`{part}` is not in {paused:?}");
    }
    assert!(!paused[0].contains("given_up"), "nothing was given up: {paused:?}");
    assert!(!paused[0].contains("dlq replay"), "nothing was given up: {paused:?}");
    service.set_up(true);
    wait("all are acknowledged", || script.acknowledged().len() == 3);
    assert_eq!(handled.all(), ["1", "2", "3"]);
    let resumed = consumer.lines.with("resumed: the receiver works again");
    assert!(resumed.len() == 1 && resumed[0].starts_with("WARN "), "{resumed:?}");
    assert!(resumed[0].contains(" seconds=0.") && !resumed[0].contains("error="), "{resumed:?}");
    assert!(!resumed[0].contains(" tries=0") && resumed[0].contains(" tries="), "{resumed:?}");
    let failures = consumer.lines.with("receiver failed");
    assert!(failures.is_empty(), "the outage is not an error of the messages: {failures:?}");
    let report = consumer.stop().unwrap();
    assert_eq!((report.pauses, report.handled, report.failed_attempts, report.dead_lettered), (1, 3, 0, 0));
    let held: Vec<_> = script.calls().into_iter().filter(|call| matches!(call, Call::Hold(_))).collect();
    let taken_back = Call::Hold(vec![("1".to_owned(), 0)]);
    assert!(held.iter().all(|call| *call == taken_back), "no attempt counts: {held:?}");
}

#[test]
fn a_receiver_can_say_when_to_try_again() {
    let (test, script, service) = ("retry_after", Script::default(), Service::default());
    let (_, tried, _receiver) = needing(&service, test, || down().retry_after(MILLIS(100)));
    script.delivers([entry(test, "1", "ada")]);
    let started = Instant::now();
    let consumer = script.start(|consumer| consumer);
    wait("it is tried again", || tried.count("1") == 3);
    assert!(started.elapsed() >= MILLIS(200) && started.elapsed() < MILLIS(4000), "{:?}", started.elapsed());
    let paused = consumer.lines.with("paused: ");
    assert!(paused[0].contains("next_try_in=100ms"), "{paused:?}");
    consumer.stop().unwrap();
}

#[test]
fn several_messages_in_a_row_without_attempts_left_begin_a_pause() {
    let (test, script, service) = ("in_a_row", Script::default(), Service::default());
    let (handled, tried, _receiver) = needing(&service, test, || ReceiverError::new("connection refused"));
    script.delivers((1..=8).map(|number| entry(test, &number.to_string(), "ada")));
    let consumer = script.start(|consumer| quick(consumer).max_attempts(3).pause_after(3));
    wait("the third one is tried again", || tried.count("3") > 5);
    assert_eq!((dead_letters(&script), tried.count("4")), (vec!["1".to_owned(), "2".to_owned()], 0));
    let paused = consumer.lines.with("paused: ");
    for part in ["given_up=2", "dlq replay -t parcels -g office --all", "connection refused"] {
        assert!(paused[0].contains(part), "`{part}` is not in {paused:?}");
    }
    let failures = consumer.lines.with("receiver failed");
    assert_eq!(failures.len(), 9, "three attempts each, and no try of the pause: {failures:?}");
    service.set_up(true);
    wait("the others are acknowledged", || script.acknowledged().len() == 6);
    assert_eq!(handled.all(), ["3", "4", "5", "6", "7", "8"]);
    let report = consumer.stop().unwrap();
    assert_eq!((report.pauses, report.failed_attempts, report.dead_lettered), (1, 9, 2));
}

#[test]
fn poison_among_good_messages_causes_no_pause() {
    let (test, script, handled) = ("poison", Script::default(), Recorded::default());
    let done = handled.clone();
    let _receiver = receive(test, move |id| {
        if id.starts_with("poison") {
            return Err(ReceiverError::new("no such street"));
        }
        done.push(id);
        Ok(())
    });
    for number in 0..30 {
        let ids = [format!("poison {number}"), format!("poison too {number}"), format!("good {number}")];
        script.delivers(ids.map(|id| entry(test, &id, "ada")));
    }
    let consumer = script.start(|consumer| quick(consumer).max_attempts(2).pause_after(3).count(90));
    assert_eq!(consumer.lines.with("paused: ").len(), 0);
    let report = consumer.end().unwrap();
    assert_eq!((report.pauses, report.handled, report.dead_lettered), (0, 30, 60));
}

#[test]
fn without_the_setting_only_a_declared_outage_causes_a_pause() {
    let (test, script, service) = ("off", Script::default(), Service::default());
    let (_, _, _receiver) = needing(&service, test, || ReceiverError::new("connection refused"));
    for tens in 0..3 {
        script.delivers((0..10).map(|number| entry(test, &format!("{tens}{number}"), "ada")));
    }
    let consumer = script.start(|consumer| quick(consumer).max_attempts(2).pause_after(0).count(30));
    assert_eq!(consumer.end().unwrap().dead_lettered, 30);
}

#[test]
fn a_stop_ends_a_pause_at_once_and_counts_no_attempt() {
    let (test, script, service) = ("stop_in_pause", Script::default(), Service::default());
    let (_, tried, _receiver) = needing(&service, test, down);
    script.delivers([entry(test, "1", "ada"), entry(test, "2", "ada")]);
    let consumer = script.start(|consumer| consumer);
    wait("it is tried", || tried.count("1") == 1);
    wait("it pauses", || !consumer.lines.with("paused: ").is_empty());
    let started = Instant::now();
    assert_eq!(consumer.stop().unwrap().failed_attempts, 0);
    assert!(started.elapsed() < MILLIS(1000), "{:?}", started.elapsed());
    for call in script.calls() {
        if let Call::Hold(entries) = &call {
            assert!(entries.iter().all(|(_, attempts)| *attempts == 0), "{call:?}");
        }
    }
}

#[test]
fn an_attempt_that_was_stored_is_taken_back() {
    let (test, script, service) = ("taken_back", Script::default(), Service::default());
    let (_, tried, _receiver) = needing(&service, test, down);
    let mut second = entry(test, "1", "ada");
    (second.attempt, second.is_redelivered) = (2, true);
    script.delivers([second]);
    let consumer = script.start(quick);
    wait("it is tried again", || tried.count("1") > 3);
    let held = |attempts| Call::Hold(vec![("1".to_owned(), attempts)]);
    assert_eq!(script.calls()[..3], [held(2), held(1), held(1)], "a try is not stored");
    service.set_up(true);
    wait("it is acknowledged", || script.has_acknowledged("1"));
    consumer.stop().unwrap();
}

#[test]
fn another_failure_ends_the_pause() {
    let (test, script, service) = ("otherwise", Script::default(), Service::default());
    let (tried, up) = (Recorded::default(), service.clone());
    let records = tried.clone();
    let _receiver = receive(test, move |id| {
        records.push(id);
        match id {
            "1" if up.is_up() => Err(ReceiverError::permanent("no such street")),
            "1" => Err(down()),
            _ => Ok(()),
        }
    });
    script.delivers([entry(test, "1", "ada"), entry(test, "2", "ada")]);
    let consumer = script.start(quick);
    wait("it is tried again", || tried.count("1") > 2);
    service.set_up(true);
    wait("the other one is acknowledged", || script.has_acknowledged("2"));
    assert_eq!(dead_letters(&script), ["1"]);
    assert_eq!(consumer.lines.with("resumed: the message that was tried failed for another reason").len(), 1);
    let failures = consumer.lines.with("receiver failed");
    assert!(failures.len() == 1 && failures[0].contains("no such street"), "{failures:?}");
    assert_eq!(consumer.stop().unwrap().failed_attempts, 1);
}

#[test]
fn a_pause_ends_if_the_broker_takes_all_messages_back() {
    let (test, script, service) = ("revoked_in_pause", Script::default(), Service::default());
    let (handled, tried, _receiver) = needing(&service, test, down);
    script.delivers([entry(test, "1", "ada"), entry(test, "2", "ada")]);
    let consumer = script.start(quick);
    wait("it is tried again", || tried.count("1") > 1);
    let revoked = ["1", "2"].map(EntryId::new).to_vec();
    script.polled(Polled { revoked, ..Polled::default() });
    let resumed = "resumed: the broker took back all messages";
    wait("the consumer continues", || !consumer.lines.with(resumed).is_empty());
    service.set_up(true);
    script.delivers([entry(test, "3", "ada")]);
    wait("the next one is acknowledged", || script.has_acknowledged("3"));
    assert_eq!(handled.all(), ["3"]);
    consumer.stop().unwrap();
}

#[test]
fn claims_are_renewed_during_a_pause() {
    let (test, script, service) = ("claims_in_pause", Script::default(), Service::default());
    let (_, _, _receiver) = needing(&service, test, down);
    script.delivers(["1", "2", "3"].map(|id| entry(test, id, "ada")));
    let consumer = script.start(|consumer| consumer.receiver_timeout(MILLIS(300)));
    let renewed = |call: &Call| matches!(call, Call::Hold(entries) if entries.len() == 3);
    wait("claims are renewed", || script.calls().iter().filter(|call| renewed(call)).count() > 3);
    let uncounted = |call: &Call| match call {
        Call::Hold(entries) => entries.iter().all(|(_, attempts)| *attempts == 0),
        _ => true,
    };
    assert!(script.calls().iter().skip(1).all(uncounted), "{:?}", script.calls());
    consumer.stop().unwrap();
}

#[test]
fn an_outage_of_ten_minutes_at_a_thousandth_of_the_time() {
    let (test, script, service) = ("ten_minutes", Script::default(), Service::default());
    let handled = Recorded::default();
    let (done, up) = (handled.clone(), service.clone());
    let _receiver = receive(test, move |id| {
        if !up.is_up() {
            return Err(ReceiverError::new("connection refused"));
        }
        done.push(id);
        Ok(())
    });
    service.set_up(true);
    let count = 400;
    for number in (0..count).step_by(10) {
        let id = |number: i32| format!("{number:03}");
        script.delivers((number..number + 10).map(|number| {
            let key = (number % 7).to_string();
            entry(test, &id(number), &key)
        }));
    }
    // The defaults, with milliseconds instead of seconds.
    let consumer = script.start(|consumer| {
        consumer.concurrency(16).read_at_once(40).retry(MILLIS(1), MILLIS(60)).pause_max(MILLIS(120))
    });
    wait("some are handled", || handled.all().len() > 20);
    service.set_up(false);
    thread::sleep(MILLIS(600));
    service.set_up(true);
    let is_done = || script.acknowledged().len() + dead_letters(&script).len() == 400;
    wait("all are handled", is_done);
    let report = consumer.stop().unwrap();
    let lost = dead_letters(&script);
    assert!(lost.len() <= 9, "at most one less than `EVENT_BUS_CONSUMER_PAUSE_AFTER`: {lost:?}");
    let mut by_key: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for id in handled.all() {
        let number: i32 = id.parse().unwrap();
        by_key.entry(number % 7).or_default().push(number);
    }
    let all = by_key.values().map(Vec::len).sum::<usize>();
    assert_eq!(all + lost.len(), 400, "each is handled once or a dead letter");
    assert!(by_key.values().all(|numbers| numbers.is_sorted()), "keys keep their order: {by_key:?}");
    assert_eq!(report.handled + report.dead_lettered, 400);
}
