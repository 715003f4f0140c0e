//! Events with batch receivers and another one, and pauses because one of them is away.

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

/// The letters of each call, by receiver.
type CallsOf = BTreeMap<&'static str, Vec<Vec<i32>>>;

/// What the receivers of letters that are counted do: `stamp` gets one at a time, `count` and `weigh` get batches.
#[derive(Clone, Default)]
struct Office {
    calls: Arc<Mutex<CallsOf>>,
    is_back: Arc<AtomicBool>,
}

impl Office {
    /// Lets receivers fail with the letters for which `fails` returns an error, until they are back.
    fn of(test: &str, fails: impl Fn(&str, &[i32]) -> Option<ReceiverError> + Send + 'static) -> Self {
        let office = Self::default();
        let Self { calls, is_back } = office.clone();
        receive(test, move |receiver, letters| {
            let numbers: Vec<i32> = letters.iter().map(|(number, _)| *number).collect();
            calls.lock().unwrap().entry(receiver).or_default().push(numbers.clone());
            match fails(receiver, &numbers).filter(|_| !is_back.load(Ordering::SeqCst)) {
                Some(error) => Err(BatchError::from(error)),
                None => Ok(()),
            }
        });
        office
    }

    fn comes_back(&self) {
        self.is_back.store(true, Ordering::SeqCst);
    }

    fn calls(&self, receiver: &str) -> Vec<Vec<i32>> {
        self.calls.lock().unwrap().get(receiver).cloned().unwrap_or_default()
    }

    /// Returns how often a receiver was called with this letter alone.
    fn tries(&self, receiver: &str, number: i32) -> usize {
        self.calls(receiver).iter().filter(|numbers| **numbers == [number]).count()
    }
}

fn away() -> ReceiverError {
    ReceiverError::unavailable("503")
}

/// While `stamp` is away, the batch receivers get nothing, and after that they get all in their order.
pub(crate) fn batches_keep_their_order_while_another_receiver_is_away(world: &World) {
    let office =
        Office::of(world.test, |receiver, numbers| (receiver == "stamp" && numbers == [2]).then(away));
    world.count(0..12);
    let running = world.start(|consumer| consumer);
    wait("the letter is tried often", || office.tries("stamp", 2) > 4);
    assert_eq!((office.calls("count"), office.calls("weigh")), (Vec::new(), Vec::new()));
    office.comes_back();
    wait("the batch of ten is through, and the others are collected", || {
        office.calls("count").len() == 1 && office.tries("stamp", 11) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.failed_attempts), (12, 1, 0), "{report}");
    assert_eq!(office.calls("count"), [(0..10).collect::<Vec<_>>(), vec![10, 11]]);
    assert_eq!(office.calls("weigh").concat(), (0..12).collect::<Vec<_>>());
    let stamped: Vec<i32> = office.calls("stamp").concat();
    assert!(
        stamped.is_sorted() && stamped.iter().filter(|number| **number != 2).count() == 11,
        "{stamped:?}"
    );
    assert_eq!((world.dead_letters(), world.open()), (0, (0, 0)));
}

/// While `weigh`, an async batch receiver, is away, no other receiver gets a letter twice.
pub(crate) fn a_batch_receiver_that_is_away_is_tried_alone(world: &World) {
    let office = Office::of(world.test, |receiver, _| (receiver == "weigh").then(away));
    world.count(0..12);
    let running = world.start(|consumer| consumer);
    wait("the first letter is tried often", || office.tries("weigh", 0) > 4);
    office.comes_back();
    wait("the batch of ten is through, and the others are collected", || {
        office.calls("count").len() == 1 && office.tries("stamp", 11) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.failed_attempts), (12, 1, 0), "{report}");
    assert_eq!(office.calls("weigh")[0], [0, 1, 2, 3], "the first call fails");
    for receiver in ["count", "stamp"] {
        assert_eq!(office.calls(receiver).concat(), (0..12).collect::<Vec<_>>(), "{receiver}");
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
    let office = Office::of(world.test, |_, numbers| numbers.contains(&1).then(away));
    world.count(0..6);
    let running = world.start(|consumer| consumer);
    wait("the letter is tried often", || office.tries("stamp", 1) > 4);
    assert_eq!(office.calls("count").len() + office.calls("weigh").len(), 0);
    office.comes_back();
    wait("four are weighed, and the others are collected", || {
        office.calls("weigh").len() == 1 && office.tries("stamp", 5) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.failed_attempts), (6, 0), "{report}");
    for receiver in ["count", "weigh"] {
        assert_eq!(office.calls(receiver).concat(), (0..6).collect::<Vec<_>>(), "{receiver}");
    }
}

#[test]
fn an_outage_that_nobody_declares_is_tried_with_its_receiver_alone() {
    let world = World::new("mixed, not declared");
    let office = Office::of(world.test, |receiver, numbers| {
        (receiver == "stamp" && numbers[0] > 0).then(|| ReceiverError::new("connection refused"))
    });
    world.count(0..6);
    let running = world.start(|consumer| consumer.max_attempts(1).pause_after(1));
    wait("the letter is tried often", || office.tries("stamp", 1) > 4);
    assert_eq!(office.calls("count").len() + office.calls("weigh").len(), 0);
    office.comes_back();
    wait("four are weighed, and the others are collected", || {
        office.calls("weigh").len() == 1 && office.tries("stamp", 5) == 1
    });
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.dead_lettered), (6, 1, 0), "{report}");
    assert_eq!(office.calls("count").concat(), (0..6).collect::<Vec<_>>());
}

#[test]
fn an_outage_goes_on_if_its_receiver_no_longer_says_so() {
    let world = World::new("mixed, says less");
    let tries = Mutex::new(0);
    let office = Office::of(world.test, move |receiver, _| {
        let mut tries = tries.lock().unwrap();
        *tries += u32::from(receiver == "stamp");
        (receiver == "stamp").then(|| if *tries == 1 { away() } else { ReceiverError::new("refused") })
    });
    world.count(0..3);
    let running = world.start(|consumer| consumer.max_attempts(1).pause_after(1));
    wait("the letter is tried often", || office.tries("stamp", 0) > 4);
    office.comes_back();
    wait("all are stamped", || office.tries("stamp", 2) == 1);
    let report = running.stop();
    assert_eq!((report.handled, report.pauses, report.dead_lettered), (3, 1, 0), "{report}");
}

#[test]
fn a_receiver_that_is_given_up_keeps_letters_from_no_other() {
    for attempts in [1, 2] {
        let world = World::new(if attempts == 1 { "mixed, one attempt" } else { "mixed, two attempts" });
        let office = Office::of(world.test, |receiver, numbers| match receiver {
            "stamp" => (numbers == [3]).then(|| ReceiverError::new("no ink")),
            "weigh" => numbers.contains(&5).then(|| ReceiverError::new("too heavy")),
            _ => None,
        });
        world.count(0..8);
        let report = world.handle(8, |consumer| consumer.max_attempts(attempts));
        assert_eq!((report.handled, report.dead_lettered), (6, 2), "{report}");
        let mut counted = office.calls("count").concat();
        counted.sort_unstable();
        assert_eq!(counted, (0..8).collect::<Vec<_>>(), "each once, whatever another receiver does");
        let letters =
            world.bus.operations().unwrap().dead_letters(super::world::TOPIC, super::world::GROUP, None, 9);
        let mut failed: Vec<Vec<String>> =
            letters.unwrap().into_iter().map(|letter| letter.failure.receivers).collect();
        failed.sort();
        assert_eq!(failed, [["batches::stamp"], ["batches::weigh"]], "with {attempts} attempts");
        assert_eq!(world.open(), (0, 0));
    }
}
