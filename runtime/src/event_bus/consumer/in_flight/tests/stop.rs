//! The messages that a stop returns.

use super::*;

#[test]
fn give_back_returns_a_message_without_its_attempt() {
    let mut in_flight = InFlight::new(1);
    in_flight.receive(job("a", 3).of(0));
    in_flight.start(0);
    in_flight.give_back(0);
    assert_eq!(in_flight.len(), 0);
    assert_eq!(sorted(in_flight.take_returned()), [("a".to_owned(), 2)]);
}

#[test]
fn stop_returns_fresh_messages_without_the_attempt_of_their_delivery() {
    let mut in_flight = three();
    in_flight.start(0);
    in_flight.stop();
    assert!(in_flight.is_stopping());
    assert_eq!(sorted(in_flight.take_returned()), [("b".to_owned(), 0), ("c".to_owned(), 0)]);
    assert_eq!(in_flight.len(), 1, "one still runs");
    in_flight.succeed(0);
    assert_eq!(in_flight.take_finished(), [id("a")], "a message that ends in time is acknowledged");
}

#[test]
fn after_a_stop_only_dead_letters_are_due() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.start(1);
    in_flight.stop();
    in_flight.fail(0, waiting("a", 2, now, NextStep::Retry));
    in_flight.fail(1, waiting("c", 5, now, dead_letter()));
    assert_eq!(in_flight.take_due(now).unwrap().1.job.entry.id, id("c"));
    assert!(in_flight.take_due(now).is_none());
}

#[test]
fn end_returns_the_rest_with_the_attempts_that_count() {
    let mut in_flight = InFlight::new(4);
    let now = Instant::now();
    for (lane, name) in ["failed", "buried", "running", "hung"].into_iter().enumerate() {
        in_flight.receive(job(name, 3).of(lane as u64));
        in_flight.start(lane);
    }
    in_flight.stop();
    in_flight.take_returned();
    in_flight.fail(0, waiting("failed", 3, now, NextStep::Retry));
    in_flight.fail(1, waiting("buried", 3, now, dead_letter()));
    in_flight.end(|lane| lane == 3);
    let returned = [("buried", 2), ("failed", 3), ("hung", 3), ("running", 2)];
    let returned = returned.map(|(name, attempts)| (name.to_owned(), attempts));
    assert_eq!(sorted(in_flight.take_returned()), returned, "the attempt of a hung receiver counts");
    assert_eq!(in_flight.len(), 0);
}

#[test]
fn a_message_that_goes_back_to_its_lane_after_a_stop_is_returned() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(0);
    in_flight.fail(0, waiting("a", 1, now, NextStep::Retry));
    let (lane, due) = in_flight.take_due(now).unwrap();
    in_flight.stop();
    in_flight.retry(lane, due.job);
    let returned = [("a", 1), ("b", 0), ("c", 0)].map(|(name, attempts)| (name.to_owned(), attempts));
    assert_eq!(sorted(in_flight.take_returned()), returned, "the second attempt has not begun");
    assert_eq!(in_flight.len(), 0);
}
