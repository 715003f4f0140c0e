//! Receivers that cannot work for a while: the consumer pauses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    conformance::{
        fixture::{Fixture, Recorded},
        member::Member,
        promise::promise_eq,
    },
    event_bus::Consumer,
    receiver::ReceiverError,
    signal::Connection,
};

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

/// A service that a receiver needs, which is down at first.
struct Service {
    is_up: Arc<AtomicBool>,
    handled: Recorded<i64>,
    tried: Recorded<i64>,
    _receiver: Connection,
}

impl Service {
    /// Connects a receiver that fails with `error` while the service is down.
    fn needed(fixture: &Fixture, error: fn() -> ReceiverError) -> Self {
        let (is_up, handled, tried) = (Arc::new(AtomicBool::new(false)), Recorded::new(), Recorded::new());
        let (up, done, begun) = (Arc::clone(&is_up), handled.clone(), tried.clone());
        let receiver = fixture.receive(move |item, _| {
            begun.push(item.number);
            if !up.load(Ordering::SeqCst) {
                return Err(error());
            }
            done.push(item.number);
            Ok(())
        });
        Self { is_up, handled, tried, _receiver: receiver }
    }

    fn comes_back(&self) {
        self.is_up.store(true, Ordering::SeqCst);
    }
}

fn down() -> ReceiverError {
    ReceiverError::unavailable("the service is down")
}

/// Sets short waits.
fn quick(consumer: Consumer) -> Consumer {
    consumer.max_attempts(2).pause_max(MILLIS(50))
}

fn wait_for_pause(fixture: &Fixture, member: &Member) {
    fixture.wait("the consumer pauses", || !member.lines().with("paused: ").is_empty());
}

pub(in crate::conformance) fn an_unavailable_receiver_costs_no_attempt_and_keeps_the_order(
    fixture: &Fixture,
) {
    let service = Service::needed(fixture, down);
    fixture.send_items(1..=3);
    // If only one attempt is allowed, the bus stores it before it begins. The pause must take it back.
    let member = fixture.member("a", |consumer| quick(consumer).max_attempts(1));
    fixture.wait("the first message is tried often", || service.tried.count(&1) > 4);
    fixture.send_items(4..=6);
    let (begun, letters) = (fixture.begun(), fixture.dead_letters().len());
    service.comes_back();
    fixture.wait("all messages are handled", || service.handled.len() == 6);
    fixture.wait_until_acknowledged();
    promise_eq!((begun, letters), (Vec::new(), 0), "a pause should count no attempt");
    promise_eq!(service.handled.all(), [1, 2, 3, 4, 5, 6]);
    let report = member.stop_well();
    promise_eq!((report.pauses, report.handled, report.failed_attempts), (1, 6, 0));
}

pub(in crate::conformance) fn an_outage_costs_few_messages_and_keeps_the_order(fixture: &Fixture) {
    let service = Service::needed(fixture, || ReceiverError::new("connection refused"));
    fixture.send_items(1..=20);
    let member = fixture.member("a", |consumer| quick(consumer).pause_after(3));
    fixture.wait("the third message is tried often", || service.tried.count(&3) > 4);
    let letters = fixture.dead_letters().len();
    service.comes_back();
    fixture.wait("the other messages are handled", || service.handled.len() == 18);
    fixture.wait_until_acknowledged();
    promise_eq!((letters, fixture.dead_letters().len()), (2, 2), "only the first two should be given up");
    promise_eq!(service.handled.all(), (3..=20).collect::<Vec<_>>());
    promise_eq!(member.stop_well().pauses, 1);
}

pub(in crate::conformance) fn a_poison_message_causes_no_pause(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let _poisoned = fixture.receive(|item, _| match item.number % 2 {
        0 => Ok(()),
        _ => Err(ReceiverError::new("never")),
    });
    fixture.send_items(1..=12);
    let report = fixture.member("a", |consumer| quick(consumer).pause_after(2).count(12)).end_well();
    promise_eq!((report.pauses, report.handled, report.dead_lettered), (0, 6, 6));
    promise_eq!(handled.all(), (1..=12).collect::<Vec<_>>());
}

pub(in crate::conformance) fn a_stop_during_a_pause_takes_no_time_and_no_attempt(fixture: &Fixture) {
    let service = Service::needed(fixture, down);
    fixture.send_items(1..=3);
    let only_attempt = |consumer: Consumer| consumer.max_attempts(1);
    let member = fixture.member("a", |consumer| only_attempt(consumer).pause_max(Duration::from_hours(1)));
    wait_for_pause(fixture, &member);
    let before = Instant::now();
    member.stop_well();
    // The promise is one second. The second one allows for a busy machine.
    assert!(before.elapsed() < MILLIS(2000), "{:?}", before.elapsed());
    promise_eq!(fixture.begun(), []);
    service.comes_back();
    fixture.member("a", |consumer| only_attempt(consumer).count(3)).end_well();
    promise_eq!(service.handled.all(), [1, 2, 3]);
}

pub(in crate::conformance) fn a_crash_during_a_pause_counts_no_attempt(fixture: &Fixture) {
    let service = Service::needed(fixture, down);
    fixture.send_items(1..=2);
    for restart in 0..4 {
        let member = fixture.member("a", |consumer| quick(consumer).max_attempts(3));
        wait_for_pause(fixture, &member);
        // The attempt that began before the pause is taken back.
        fixture.wait("no attempt counts", || fixture.begun().is_empty());
        member.crash()();
        member.wait_for_crash();
        promise_eq!(fixture.dead_letters().len(), 0, "after {restart} restarts");
    }
    service.comes_back();
    fixture.member("a", |consumer| consumer.count(2)).end_well();
    promise_eq!(service.handled.all(), [1, 2]);
}

pub(in crate::conformance) fn claims_are_renewed_during_a_pause(fixture: &Fixture) {
    let service = Service::needed(fixture, down);
    fixture.send_items(1..=3);
    let claim = MILLIS(700);
    let set_up = |consumer: Consumer| quick(consumer).receiver_timeout(MILLIS(600)).claim_older_than(claim);
    let first = fixture.member("a", set_up);
    wait_for_pause(fixture, &first);
    let second = fixture.member("b", set_up);
    thread::sleep(claim * 3);
    promise_eq!(second.delivered(), [], "the paused member should keep its messages");
    service.comes_back();
    fixture.wait("all messages are handled", || service.handled.len() == 3);
    promise_eq!(first.stop_well().handled, 3);
    second.stop_well();
}
