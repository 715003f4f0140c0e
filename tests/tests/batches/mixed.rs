//! Events with batch receivers and a receiver of single parcels, and pauses because one of them is unavailable.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use openedx_events::{BatchError, ReceiverError};

use super::{
    receive,
    world::{World, wait},
};

/// The numbers in each call, by receiver.
type CallsOf = BTreeMap<&'static str, Vec<Vec<i32>>>;

/// Records the calls of the receivers of sorted parcels, some of which fail.
#[derive(Clone, Default)]
struct Receivers {
    calls: Arc<Mutex<CallsOf>>,
    is_back: Arc<AtomicBool>,
}

impl Receivers {
    /// Makes receivers fail with the error that `fails` returns, until [`comes_back`](Self::comes_back).
    fn of(test: &str, fails: impl Fn(&str, &[i32]) -> Option<ReceiverError> + Send + 'static) -> Self {
        let receivers = Self::default();
        let Self { calls, is_back } = receivers.clone();
        receive(test, move |receiver, parcels| {
            let numbers: Vec<i32> = parcels.iter().map(|(number, _)| *number).collect();
            calls.lock().unwrap().entry(receiver).or_default().push(numbers.clone());
            match fails(receiver, &numbers).filter(|_| !is_back.load(Ordering::SeqCst)) {
                Some(error) => Err(BatchError::from(error)),
                None => Ok(()),
            }
        });
        receivers
    }

    fn comes_back(&self) {
        self.is_back.store(true, Ordering::SeqCst);
    }

    fn calls(&self, receiver: &str) -> Vec<Vec<i32>> {
        self.calls.lock().unwrap().get(receiver).cloned().unwrap_or_default()
    }

    /// Returns how often a receiver was called with this parcel alone.
    fn tries(&self, receiver: &str, number: i32) -> usize {
        self.calls(receiver).iter().filter(|numbers| **numbers == [number]).count()
    }
}

fn away() -> ReceiverError {
    ReceiverError::unavailable("503")
}

/// While `one_by_one` is unavailable, the batch receivers get nothing. Afterwards they get all parcels in order.
pub(crate) fn batches_keep_their_order_while_another_receiver_is_away(world: &World) {
    let receivers = Receivers::of(world.test, |receiver, numbers| {
        (receiver == "one_by_one" && numbers == [2]).then(away)
    });
    world.sort(0..12);
    let running = world.start(|consumer| consumer);
    wait("the parcel is tried often", || receivers.tries("one_by_one", 2) > 4);
    assert_eq!(
        (receivers.calls("in_batches"), receivers.calls("in_async_batches")),
        (Vec::new(), Vec::new())
    );
    receivers.comes_back();
    wait("the batch of ten is handled, and the others are collected", || {
        receivers.calls("in_batches").len() == 1 && receivers.tries("one_by_one", 11) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.failed_attempts), (12, 1, 0), "{report}");
    assert_eq!(receivers.calls("in_batches"), [(0..10).collect::<Vec<_>>(), vec![10, 11]]);
    assert_eq!(receivers.calls("in_async_batches").concat(), (0..12).collect::<Vec<_>>());
    let singles: Vec<i32> = receivers.calls("one_by_one").concat();
    assert!(
        singles.is_sorted() && singles.iter().filter(|number| **number != 2).count() == 11,
        "{singles:?}"
    );
    assert_eq!((world.dead_letters(), world.open()), (0, (0, 0)));
}

/// While `in_async_batches` is unavailable, no other receiver gets a parcel twice.
pub(crate) fn a_batch_receiver_that_is_away_is_tried_alone(world: &World) {
    let receivers = Receivers::of(world.test, |receiver, _| (receiver == "in_async_batches").then(away));
    world.sort(0..12);
    let running = world.start(|consumer| consumer);
    wait("the first parcel is tried often", || receivers.tries("in_async_batches", 0) > 4);
    receivers.comes_back();
    wait("the batch of ten is handled, and the others are collected", || {
        receivers.calls("in_batches").len() == 1 && receivers.tries("one_by_one", 11) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.failed_attempts), (12, 1, 0), "{report}");
    assert_eq!(receivers.calls("in_async_batches")[0], [0, 1, 2, 3], "the first call fails");
    for receiver in ["in_batches", "one_by_one"] {
        assert_eq!(receivers.calls(receiver).concat(), (0..12).collect::<Vec<_>>(), "{receiver}");
    }
    assert_eq!((world.dead_letters(), world.open()), (0, (0, 0)));
}

#[test]
fn a_pause_for_one_receiver_keeps_the_order_of_others() {
    batches_keep_their_order_while_another_receiver_is_away(&World::new("mixed, one away"));
    a_batch_receiver_that_is_away_is_tried_alone(&World::new("mixed, a batch away"));
}

#[test]
fn several_receivers_that_are_away_come_back_one_after_another() {
    let world = World::new("mixed, all away");
    let receivers = Receivers::of(world.test, |_, numbers| numbers.contains(&1).then(away));
    world.sort(0..6);
    let running = world.start(|consumer| consumer);
    wait("the parcel is tried often", || receivers.tries("one_by_one", 1) > 4);
    assert_eq!(receivers.calls("in_batches").len() + receivers.calls("in_async_batches").len(), 0);
    receivers.comes_back();
    wait("a batch of four is handled, and the others are collected", || {
        receivers.calls("in_async_batches").len() == 1 && receivers.tries("one_by_one", 5) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.failed_attempts), (6, 0), "{report}");
    for receiver in ["in_batches", "in_async_batches"] {
        assert_eq!(receivers.calls(receiver).concat(), (0..6).collect::<Vec<_>>(), "{receiver}");
    }
}

#[test]
fn in_an_undeclared_outage_only_the_failed_receiver_is_tried() {
    let world = World::new("mixed, not declared");
    let receivers = Receivers::of(world.test, |receiver, numbers| {
        (receiver == "one_by_one" && numbers[0] > 0).then(|| ReceiverError::new("connection refused"))
    });
    world.sort(0..6);
    let running = world.start(|consumer| consumer.max_attempts(1).pause_after(1));
    wait("the parcel is tried often", || receivers.tries("one_by_one", 1) > 4);
    assert_eq!(receivers.calls("in_batches").len() + receivers.calls("in_async_batches").len(), 0);
    receivers.comes_back();
    wait("a batch of four is handled, and the others are collected", || {
        receivers.calls("in_async_batches").len() == 1 && receivers.tries("one_by_one", 5) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.dead_lettered), (6, 1, 0), "{report}");
    assert_eq!(receivers.calls("in_batches").concat(), (0..6).collect::<Vec<_>>());
}

#[test]
fn an_outage_continues_if_the_receiver_fails_with_another_error() {
    let world = World::new("mixed, says less");
    let tries = Mutex::new(0);
    let receivers = Receivers::of(world.test, move |receiver, _| {
        let mut tries = tries.lock().unwrap();
        *tries += u32::from(receiver == "one_by_one");
        (receiver == "one_by_one").then(|| if *tries == 1 { away() } else { ReceiverError::new("refused") })
    });
    world.sort(0..3);
    let running = world.start(|consumer| consumer.max_attempts(1).pause_after(1));
    wait("the parcel is tried often", || receivers.tries("one_by_one", 0) > 4);
    receivers.comes_back();
    wait("`one_by_one` has all", || receivers.tries("one_by_one", 2) == 1);
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.dead_lettered), (3, 1, 0), "{report}");
}

#[test]
fn after_the_last_attempt_of_one_receiver_the_others_still_get_the_parcel() {
    for attempts in [1, 2] {
        let world = World::new(if attempts == 1 { "mixed, one attempt" } else { "mixed, two attempts" });
        let receivers = Receivers::of(world.test, |receiver, numbers| match receiver {
            "one_by_one" => (numbers == [3]).then(|| ReceiverError::new("no ink")),
            "in_async_batches" => numbers.contains(&5).then(|| ReceiverError::new("too heavy")),
            _ => None,
        });
        world.sort(0..8);
        let report = world.handle(8, |consumer| consumer.max_attempts(attempts));
        assert_eq!((report.handled, report.dead_lettered), (6, 2), "{report}");
        let mut handled = receivers.calls("in_batches").concat();
        handled.sort_unstable();
        assert_eq!(handled, (0..8).collect::<Vec<_>>(), "each once, although other receivers fail");
        let dead_letters =
            world.bus.operations().unwrap().dead_letters(super::world::TOPIC, super::world::GROUP, None, 9);
        let mut failed: Vec<Vec<String>> =
            dead_letters.unwrap().into_iter().map(|letter| letter.failure.receivers).collect();
        failed.sort();
        assert_eq!(
            failed,
            [["batches::in_async_batches"], ["batches::one_by_one"]],
            "with {attempts} attempts"
        );
        assert_eq!(world.open(), (0, 0));
    }
}
