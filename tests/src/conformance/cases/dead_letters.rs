//! Dead letters: bounded, and tried again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use openedx_events::{
    Connection, ReceiverError,
    event_bus::{Replayed, replay},
};

use crate::conformance::{
    Harness,
    bench::{Bench, GROUP, Seen},
};

/// What a receiver does that fails until it is repaired.
#[derive(Clone)]
struct Fragile {
    seen: Seen<i64>,
    is_repaired: Arc<AtomicBool>,
}

impl Default for Fragile {
    fn default() -> Self {
        Self { seen: Seen::new(), is_repaired: Arc::default() }
    }
}

impl Fragile {
    /// The number is part of the receiver's name.
    fn receive<const NUMBER: usize>(&self, bench: &Bench) -> Connection {
        let Self { seen, is_repaired } = self.clone();
        bench.receive(move |parcel, _| {
            seen.push(parcel.number);
            if is_repaired.load(Ordering::SeqCst) { Ok(()) } else { Err(ReceiverError::new("not yet")) }
        })
    }

    fn repair(&self) {
        self.is_repaired.store(true, Ordering::SeqCst);
    }
}

pub(in crate::conformance) fn a_replay_runs_only_the_receivers_that_failed(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (well, _well) = bench.see();
    let failing = Fragile::default();
    let _failing = failing.receive::<1>(&bench);
    bench.post([1]);
    bench.member("a", |consumer| consumer.max_attempts(2).count(1)).end().unwrap();
    assert_eq!((well.len(), failing.seen.len()), (1, 2));
    failing.repair();
    let letter = bench.dead_letters().remove(0);
    let mut operations = bench.operations();
    let replayed = replay(&mut *operations, &bench.topic, GROUP, &letter).unwrap();
    assert!(matches!(&replayed, Replayed::Handled(id) if *id == letter.id), "{replayed:?}");
    assert_eq!((well.len(), failing.seen.len()), (1, 3), "only the receiver that failed should run");
    assert!(bench.dead_letters().is_empty());
    assert_eq!(operations.read(&bench.topic, None, 10).unwrap().len(), 1, "nothing is added to the topic");
}

pub(in crate::conformance) fn a_replay_that_fails_keeps_the_dead_letter(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let _failing = bench.receive(|_, _| Err(ReceiverError::new("the scales are broken")));
    bench.post([1]);
    bench.member("a", |consumer| consumer.max_attempts(1).count(1)).end().unwrap();
    let letter = bench.dead_letters().remove(0);
    let replayed = replay(&mut *bench.operations(), &bench.topic, GROUP, &letter).unwrap();
    let Replayed::Failed(id, error) = replayed else { panic!("{replayed:?}") };
    assert_eq!(id, letter.id);
    assert!(error.contains("the scales are broken"), "{error}");
    assert_eq!(bench.dead_letters().len(), 1);
}

pub(in crate::conformance) fn a_receiver_that_succeeds_in_a_replay_does_not_run_again(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let (first, second) = (Fragile::default(), Fragile::default());
    let _first = first.receive::<1>(&bench);
    let _second = second.receive::<2>(&bench);
    bench.post([1]);
    bench.member("a", |consumer| consumer.max_attempts(1).count(1)).end().unwrap();
    let letter = bench.dead_letters().remove(0);
    assert_eq!(letter.failure.receivers.len(), 2);
    let mut operations = bench.operations();
    first.repair();
    let replayed = replay(&mut *operations, &bench.topic, GROUP, &letter).unwrap();
    let Replayed::Failed(id, error) = replayed else { panic!("{replayed:?}") };
    let left = bench.dead_letters();
    assert_eq!(left.len(), 1, "the new one should take the place of the old one");
    let left = &left[0];
    assert_eq!((&left.id, &left.failure.error), (&id, &error));
    assert_eq!(left.failure.receivers.len(), 1, "only the receiver that failed again should be named");
    assert_eq!((left.failure.attempts, left.failure.first), (2, letter.failure.first));
    assert!(left.failure.last >= letter.failure.last);
    assert_eq!((&left.entry_id, &left.message), (&letter.entry_id, &letter.message));
    assert_eq!(left.consumer_name, letter.consumer_name);
    second.repair();
    let replayed = replay(&mut *operations, &bench.topic, GROUP, left).unwrap();
    assert!(matches!(replayed, Replayed::Handled(_)), "{replayed:?}");
    assert_eq!((first.seen.len(), second.seen.len()), (2, 3));
    assert!(bench.dead_letters().is_empty());
}

pub(in crate::conformance) fn dead_letters_are_bounded_by_length(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let _failing = bench.receive(|_, _| Err(ReceiverError::permanent("never")));
    let ids = bench.post(1..=5);
    let age = Duration::from_hours(1);
    let member = bench.member("a", |consumer| consumer.dead_letters(age, 3).count(5));
    let lines = member.lines().clone();
    assert_eq!(member.end().unwrap().dead_lettered, 5);
    let left: Vec<_> = bench.dead_letters().into_iter().map(|letter| letter.entry_id).collect();
    assert_eq!(left, ids[2..], "the newest should stay");
    let dropped = lines.with("dead letters were dropped");
    assert_eq!(dropped.len(), 2, "what is dropped should be logged: {dropped:?}");
}

pub(in crate::conformance) fn dead_letters_are_bounded_by_age(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let _failing = bench.receive(|_, _| Err(ReceiverError::permanent("never")));
    let ids = bench.post(1..=2);
    let age = Duration::from_millis(400);
    bench.member("a", |consumer| consumer.dead_letters(age, 100).count(2)).end().unwrap();
    thread::sleep(age + Duration::from_millis(100));
    let new = bench.post([3]);
    let member = bench.member("a", |consumer| consumer.dead_letters(age, 100).count(1));
    let lines = member.lines().clone();
    member.end().unwrap();
    let left: Vec<_> = bench.dead_letters().into_iter().map(|letter| letter.entry_id).collect();
    assert_eq!(left, new, "{ids:?} are too old");
    assert_eq!(lines.with("dead letters were dropped").len(), 1);
}

pub(in crate::conformance) fn groups_have_dead_letters_of_their_own(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let _failing = bench.receive(|_, _| Err(ReceiverError::permanent("never")));
    bench.post(1..=3);
    bench.member("a", |consumer| consumer.count(3)).end().unwrap();
    bench.member_of(&bench.topic, "packers", "a", |consumer| consumer.count(2)).end().unwrap();
    let mut operations = bench.operations();
    let theirs = operations.dead_letters(&bench.topic, "packers", None, 10).unwrap();
    assert_eq!((bench.dead_letters().len(), theirs.len()), (3, 2));
    let first = theirs[0].id.clone();
    assert_eq!(
        operations.drop_dead_letters(&bench.topic, "packers", std::slice::from_ref(&first)).unwrap(),
        1
    );
    let left = operations.dead_letters(&bench.topic, "packers", None, 10).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(operations.dead_letters(&bench.topic, "packers", Some(&first), 10).unwrap().len(), 1);
    assert_eq!(bench.dead_letters().len(), 3);
}
