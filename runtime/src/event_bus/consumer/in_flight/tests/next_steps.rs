//! Messages that failed.

use super::*;

#[test]
fn fail_holds_up_its_lane_and_no_other() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.fail(0, waiting("a", 1, now + TIMEOUT, NextStep::Retry));
    assert!(!in_flight.is_running(0));
    assert_eq!(start(&mut in_flight, 0), None, "nothing overtakes it");
    assert_eq!(start(&mut in_flight, 1).as_deref(), Some("c"));
    assert_eq!(in_flight.next_due(), Some(now + TIMEOUT));
    assert_eq!(in_flight.len(), 3);
}

#[test]
fn take_due_takes_a_message_when_it_is_due_and_once() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.fail(0, waiting("a", 1, now + TIMEOUT, NextStep::Retry));
    assert!(in_flight.take_due(now).is_none());
    let (lane, due) = in_flight.take_due(now + TIMEOUT).unwrap();
    assert_eq!((lane, due.job.entry.id), (0, id("a")));
    assert!(in_flight.take_due(now + TIMEOUT).is_none());
    assert_eq!(in_flight.next_due(), None);
    assert_eq!(start(&mut in_flight, 0), None, "nothing overtakes it while it is recorded");
}

#[test]
fn put_back_makes_a_message_due_again() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.fail(0, waiting("a", 1, now, dead_letter()));
    let (lane, due) = in_flight.take_due(now).unwrap();
    in_flight.put_back(lane, due);
    assert!(matches!(in_flight.take_due(now).unwrap().1.step, NextStep::DeadLetter(_)));
}

#[test]
fn retry_begins_the_next_attempt_before_the_rest_of_the_lane() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.fail(0, waiting("a", 1, now, NextStep::Retry));
    let (lane, due) = in_flight.take_due(now).unwrap();
    in_flight.retry(lane, due.job);
    assert_eq!(sorted(in_flight.claims()), [("a".to_owned(), 2), ("b".to_owned(), 0), ("c".to_owned(), 0)]);
    let job = in_flight.start(0).unwrap();
    assert_eq!((job.entry.id, job.entry.attempt), (id("a"), 2));
    assert!(!in_flight.is_closed(), "this process knows that the first attempt ended");
}

#[test]
fn dead_lettered_lets_the_lane_go_on_and_needs_no_acknowledgement() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.fail(0, waiting("a", 5, now, dead_letter()));
    let (lane, _) = in_flight.take_due(now).unwrap();
    in_flight.dead_lettered(lane);
    assert!(!in_flight.has_finished());
    assert_eq!(in_flight.len(), 2);
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
}
