//! Dead letters: replayed, limited, and separate for each group.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    conformance::{
        fixture::{Fixture, Recorded},
        promise::promise_eq,
    },
    event_bus::{DeadLetter, EntryId, Replayed, replay},
    lines::Lines,
    receiver::ReceiverError,
    signal::Connection,
};

/// A receiver that fails until it is repaired.
#[derive(Clone)]
struct Repairable {
    attempts: Recorded<i64>,
    is_repaired: Arc<AtomicBool>,
}

impl Repairable {
    fn new() -> Self {
        Self { attempts: Recorded::new(), is_repaired: Arc::default() }
    }

    /// Connects the receiver. Its name includes `NUMBER`, so that two receivers have different names.
    fn connect<const NUMBER: usize>(&self, fixture: &Fixture) -> Connection {
        let Self { attempts, is_repaired } = self.clone();
        fixture.receive(move |item, _| {
            attempts.push(item.number);
            if is_repaired.load(Ordering::SeqCst) { Ok(()) } else { Err(ReceiverError::new("not yet")) }
        })
    }

    fn repair(&self) {
        self.is_repaired.store(true, Ordering::SeqCst);
    }
}

fn replay_letter(fixture: &Fixture, letter: &DeadLetter) -> Replayed {
    replay(&mut *fixture.operations(), &fixture.topic, &fixture.group, letter, fixture.patience()).unwrap()
}

/// Checks that the replay failed. Returns the id of the dead letter and the error.
fn failed(replayed: Replayed) -> (EntryId, String) {
    match replayed {
        Replayed::Failed(id, error) => (id, error),
        replayed => panic!("the replay should fail: {replayed:?}"),
    }
}

pub(in crate::conformance) fn a_replay_runs_only_the_receivers_that_failed(fixture: &Fixture) {
    let (handled, _succeeding) = fixture.record();
    let failing = Repairable::new();
    let _failing = failing.connect::<1>(fixture);
    fixture.send_items([1]);
    fixture.member("a", |consumer| consumer.max_attempts(2).count(1)).end_well();
    promise_eq!((handled.len(), failing.attempts.len()), (1, 2));
    failing.repair();
    let letter = fixture.dead_letter();
    let replayed = replay_letter(fixture, &letter);
    assert!(matches!(&replayed, Replayed::Handled(id) if *id == letter.id), "{replayed:?}");
    promise_eq!((handled.len(), failing.attempts.len()), (1, 3));
    assert!(fixture.dead_letters().is_empty());
    let entries = fixture.read(&fixture.topic);
    promise_eq!(entries.len(), 1, "a replay should not add to the topic");
}

pub(in crate::conformance) fn a_failed_replay_keeps_the_dead_letter(fixture: &Fixture) {
    let _failing = fixture.fail(|| ReceiverError::new("no space left"));
    fixture.send_items([1]);
    fixture.member("a", |consumer| consumer.max_attempts(1).count(1)).end_well();
    let letter = fixture.dead_letter();
    let (id, error) = failed(replay_letter(fixture, &letter));
    promise_eq!(id, letter.id);
    assert!(error.contains("no space left"), "{error}");
    promise_eq!(fixture.dead_letter().id, letter.id);
}

pub(in crate::conformance) fn a_receiver_that_succeeds_in_a_replay_does_not_run_again(fixture: &Fixture) {
    let (first, second) = (Repairable::new(), Repairable::new());
    let _first = first.connect::<1>(fixture);
    let _second = second.connect::<2>(fixture);
    fixture.send_items([1]);
    fixture.member("a", |consumer| consumer.max_attempts(1).count(1)).end_well();
    let letter = fixture.dead_letter();
    promise_eq!(letter.failure.receivers.len(), 2);
    first.repair();
    let (id, error) = failed(replay_letter(fixture, &letter));
    let kept = fixture.dead_letter();
    promise_eq!((&kept.id, &kept.failure.error), (&id, &error));
    promise_eq!(kept.failure.receivers.len(), 1, "only the receiver that failed again should be named");
    promise_eq!((kept.failure.attempts, kept.failure.first), (2, letter.failure.first));
    assert!(kept.failure.last >= letter.failure.last);
    promise_eq!((&kept.entry_id, &kept.message), (&letter.entry_id, &letter.message));
    promise_eq!(kept.consumer_name, letter.consumer_name);
    second.repair();
    let replayed = replay_letter(fixture, &kept);
    assert!(matches!(replayed, Replayed::Handled(_)), "{replayed:?}");
    promise_eq!((first.attempts.len(), second.attempts.len()), (2, 3));
    assert!(fixture.dead_letters().is_empty());
}

pub(in crate::conformance) fn a_replay_that_hangs_is_remembered(fixture: &Fixture) {
    let (is_broken, let_go) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
    let (theirs, gone) = (Arc::clone(&is_broken), Arc::clone(&let_go));
    let _failing = fixture.receive(move |_, _| {
        if theirs.load(Ordering::SeqCst) {
            return Err(ReceiverError::new("not yet"));
        }
        while !gone.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    });
    fixture.send_items([1, 2]);
    fixture.member("a", |consumer| consumer.max_attempts(1).count(2)).end_well();
    let replaying = || fixture.operations().replaying(&fixture.topic, &fixture.group).unwrap();
    let letters = fixture.dead_letters();
    // A replay that fails has ended.
    failed(replay_letter(fixture, &letters[0]));
    assert!(replaying().is_empty());

    is_broken.store(false, Ordering::SeqCst);
    let timeout = Duration::from_millis(200);
    let replayed =
        replay(&mut *fixture.operations(), &fixture.topic, &fixture.group, &letters[1], timeout).unwrap();
    let Replayed::TimedOut(id, error) = replayed else { panic!("the receiver hangs: {replayed:?}") };
    assert!(id == letters[1].id && error.contains("took longer than 200ms"), "{error}");
    promise_eq!((replaying(), fixture.dead_letters().len()), (vec![id], 2));
    let_go.store(true, Ordering::SeqCst);
    for letter in &letters {
        let replayed = replay_letter(fixture, letter);
        assert!(matches!(replayed, Replayed::Handled(_)), "{replayed:?}");
    }
    assert!(replaying().is_empty() && fixture.dead_letters().is_empty());
}

/// Counts the lines that tell an operator that dead letters were dropped.
fn count_drops(lines: &Lines) -> usize {
    let lines = lines.with("dead letters were dropped");
    lines.iter().filter(|line| line.starts_with("ERROR")).count()
}

/// Returns the ids that the dead letters had in the topic.
fn entry_ids(fixture: &Fixture) -> Vec<EntryId> {
    fixture.dead_letters().into_iter().map(|letter| letter.entry_id).collect()
}

pub(in crate::conformance) fn the_number_of_dead_letters_is_limited(fixture: &Fixture) {
    let _failing = fixture.fail(|| ReceiverError::permanent("never"));
    let ids = fixture.send_items(1..=5);
    let age = Duration::from_hours(1);
    let member = fixture.member("a", |consumer| consumer.dead_letters(age, 3).count(5));
    let lines = member.lines().clone();
    promise_eq!(member.end_well().dead_lettered, 5);
    promise_eq!(entry_ids(fixture), ids[2..], "the newest dead letters should stay");
    promise_eq!(count_drops(&lines), 2, "each drop should be logged");
}

pub(in crate::conformance) fn the_age_of_dead_letters_is_limited(fixture: &Fixture) {
    let _failing = fixture.fail(|| ReceiverError::permanent("never"));
    fixture.send_items(1..=2);
    let age = Duration::from_millis(400);
    fixture.member("a", |consumer| consumer.dead_letters(age, 100).count(2)).end_well();
    thread::sleep(age + Duration::from_millis(100));
    let new = fixture.send_items([3]);
    let member = fixture.member("a", |consumer| consumer.dead_letters(age, 100).count(1));
    let lines = member.lines().clone();
    member.end_well();
    promise_eq!(entry_ids(fixture), new, "the other dead letters are too old");
    assert!(count_drops(&lines) > 0, "the drop should be logged");
}

pub(in crate::conformance) fn each_group_has_its_own_dead_letters(fixture: &Fixture) {
    let other = "other-group";
    let topic = &fixture.topic;
    let _failing = fixture.fail(|| ReceiverError::permanent("never"));
    fixture.send_items(1..=3);
    fixture.member("a", |consumer| consumer.count(3)).end_well();
    fixture.member_of(topic, other, "a", |consumer| consumer.count(2)).end_well();
    let mut operations = fixture.operations();
    let letters = operations.dead_letters(topic, other, None, 10).unwrap();
    promise_eq!((fixture.dead_letters().len(), letters.len()), (3, 2));
    let first = letters[0].id.clone();
    promise_eq!(operations.drop_dead_letters(topic, other, std::slice::from_ref(&first)).unwrap(), 1);
    promise_eq!(operations.dead_letters(topic, other, None, 10).unwrap().len(), 1);
    promise_eq!(operations.dead_letters(topic, other, Some(&first), 10).unwrap().len(), 1);
    promise_eq!(fixture.dead_letters().len(), 3);
}
