//! Pauses, and tries during them.

use super::*;
use crate::receiver::FullName;

const MAIL: FullName = FullName::new("letters", "mail");
const PRINT: FullName = FullName::new("letters", "print");

/// Makes a message of a lane wait until these receivers work again.
fn hold_by(in_flight: &mut InFlight, lane: usize, receivers: &[FullName]) {
    let now = Instant::now();
    let mut job = in_flight.start(lane).unwrap();
    job.hold(receivers.to_vec());
    in_flight.set_paused(true);
    in_flight.fail(lane, Waiting { until: now, job, step: NextStep::Hold });
    let (lane, due) = in_flight.take_due(now).unwrap();
    in_flight.held(lane, due.job);
}

/// Makes the next message of the first lane wait for the end of a pause.
fn hold(in_flight: &mut InFlight) {
    hold_by(in_flight, 0, &[MAIL]);
}

/// Makes two lanes: `a` and `b` are in the first, `c` is in the second. `a` was tried twice.
fn third_attempt() -> InFlight {
    let mut in_flight = InFlight::new(2);
    in_flight.receive(job("a", 3).of(0)).unwrap();
    in_flight.receive(job("b", 1).of(0)).unwrap();
    in_flight.receive(job("c", 1).of(1)).unwrap();
    in_flight
}

#[test]
fn a_pause_lets_nothing_start() {
    let mut in_flight = three();
    assert!(in_flight.set_paused(true) && !in_flight.set_paused(true));
    assert!(in_flight.is_closed());
    assert_eq!((start(&mut in_flight, 0), start(&mut in_flight, 1)), (None, None));
    assert_eq!(in_flight.claims().len(), 3, "everything stays claimed");
    assert!(in_flight.set_paused(false) && !in_flight.is_closed());
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
}

#[test]
fn a_pause_stores_no_attempt() {
    let mut in_flight = InFlight::new(1);
    in_flight.receive(limited(Entry::redelivered(id("a"), Message::builder().build(), 2), 5).of(0));
    in_flight.set_paused(true);
    assert!(in_flight.to_store().is_empty());
    in_flight.set_paused(false);
    assert_eq!(in_flight.to_store(), [(0, id("a"), 2)]);
}

#[test]
fn during_a_pause_retries_are_not_due_and_dead_letters_are() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.start(1);
    in_flight.fail(0, waiting("a", 1, now, NextStep::Retry));
    in_flight.fail(1, waiting("c", 5, now, dead_letter()));
    in_flight.set_paused(true);
    assert_eq!(in_flight.take_due(now).unwrap().1.job.entry.id, id("c"));
    assert!(in_flight.take_due(now).is_none() && in_flight.next_due().is_none());
    in_flight.set_paused(false);
    assert_eq!((in_flight.next_due(), in_flight.take_due(now).unwrap().0), (Some(now), 0));
}

#[test]
fn a_held_message_loses_its_attempt_and_is_first_after_the_pause() {
    let mut in_flight = third_attempt();
    hold(&mut in_flight);
    assert_eq!(sorted(in_flight.claims())[0], ("a".to_owned(), 2), "the attempt that ran does not count");
    assert!(in_flight.may_be_held(MAIL) && in_flight.len() == 3);
    assert_eq!(start(&mut in_flight, 0), None);
    in_flight.set_paused(false);
    assert!(!in_flight.may_be_held(MAIL));
    assert_eq!((start(&mut in_flight, 0), in_flight.to_store()), (None, vec![(0, id("a"), 3)]));
    in_flight.stored(&HashSet::from([id("a")]));
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
}

#[test]
fn a_message_is_not_held_if_the_pause_has_ended_meanwhile() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.set_paused(true);
    in_flight.fail(0, waiting("a", 1, now, NextStep::Hold));
    in_flight.set_paused(false);
    let (lane, due) = in_flight.take_due(now).unwrap();
    in_flight.held(lane, due.job);
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
}

#[test]
fn probe_lets_one_held_message_start_without_an_attempt() {
    let mut in_flight = third_attempt();
    hold(&mut in_flight);
    assert_eq!(in_flight.probe(1, MAIL), Some(0), "the other lane holds none");
    assert_eq!(in_flight.probe(0, MAIL), None);
    let job = in_flight.start(0).unwrap();
    assert!(job.is_probe() && job.entry.attempt == 3);
    assert_eq!(sorted(in_flight.claims())[0], ("a".to_owned(), 2), "a try does not count");
    in_flight.stop();
    in_flight.take_returned();
    in_flight.end(|_| false);
    assert_eq!(sorted(in_flight.take_returned()), [("a".to_owned(), 2)]);
}

#[test]
fn a_held_message_can_be_revoked() {
    let mut in_flight = three();
    hold(&mut in_flight);
    assert_eq!(revoke(&mut in_flight, ["a"]), ["a"]);
    assert_eq!((in_flight.probe(0, MAIL), in_flight.may_be_held(MAIL)), (None, false));
    in_flight.set_paused(false);
    hold(&mut in_flight);
    in_flight.set_paused(false);
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
}

#[test]
fn a_stop_during_a_pause_returns_everything_and_counts_no_attempt() {
    let mut in_flight = third_attempt();
    hold(&mut in_flight);
    in_flight.stop();
    in_flight.end(|_| false);
    let returned = [("a", 2), ("b", 0), ("c", 0)].map(|(name, attempts)| (name.to_owned(), attempts));
    assert_eq!(sorted(in_flight.take_returned()), returned);
}

#[test]
fn probe_takes_a_message_that_waits_for_the_receiver() {
    let mut in_flight = three();
    let (_, running) = (in_flight.start(1), in_flight.take_due(Instant::now()));
    assert!(running.is_none());
    hold_by(&mut in_flight, 0, &[PRINT]);
    assert!(in_flight.may_be_held(MAIL), "a message that runs may soon be");
    in_flight.succeed(1);
    assert_eq!((in_flight.probe(0, MAIL), in_flight.may_be_held(MAIL)), (None, false));
    assert!(in_flight.may_be_held(PRINT));
    in_flight.set_paused(false);
    let mut in_flight = three();
    hold_by(&mut in_flight, 0, &[PRINT]);
    in_flight.paused = false;
    hold_by(&mut in_flight, 1, &[PRINT, MAIL]);
    assert_eq!(in_flight.probe(0, MAIL), Some(1), "although another one was asked for");
    assert_eq!(in_flight.probe(1, PRINT), Some(0));
}

#[test]
fn a_message_goes_on_after_a_try_before_the_others_of_its_lane() {
    let mut in_flight = three();
    hold(&mut in_flight);
    in_flight.probe(0, MAIL).unwrap();
    let mut job = in_flight.start(0).unwrap();
    in_flight.set_paused(false);
    job.go_on();
    in_flight.go_on(0, job);
    assert_eq!(sorted(in_flight.claims())[0], ("a".to_owned(), 0), "no attempt has begun");
    let job = in_flight.start(0).unwrap();
    assert!(job.entry.id == id("a") && !job.is_probe());
    // It waits for the end of another pause, which began meanwhile.
    in_flight.set_paused(true);
    in_flight.go_on(0, job);
    assert_eq!(start(&mut in_flight, 0), None);
    in_flight.set_paused(false);
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
}
