//! Attempts that the broker must know of before they begin.

use super::*;

#[test]
fn a_message_that_was_tried_is_alone_until_nothing_is_in_flight() {
    let mut in_flight = InFlight::new(1);
    in_flight.receive(job("a", 2).of(0));
    assert!(in_flight.is_closed());
    in_flight.start(0);
    in_flight.succeed(0);
    assert!(!in_flight.is_closed());
}

#[test]
fn a_redelivered_message_starts_once_its_attempt_is_stored() {
    let mut in_flight = InFlight::new(2);
    let entry = Entry::redelivered(id("a"), Message::builder().build(), 2);
    in_flight.receive(limited(entry, 5).of(0));
    in_flight.receive(job("b", 1).of(1));
    assert_eq!((start(&mut in_flight, 0), start(&mut in_flight, 1).as_deref()), (None, Some("b")));
    assert!(in_flight.must_store(0) && !in_flight.must_store(1));
    assert_eq!(in_flight.to_store(), [(0, id("a"), 2)]);
    assert_eq!(sorted(in_flight.claims()), [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    in_flight.stored(&HashSet::from([id("a")]));
    assert!(in_flight.to_store().is_empty());
    assert_eq!(sorted(in_flight.claims())[0], ("a".to_owned(), 2), "a renewal does not take it back");
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
}

#[test]
fn a_message_with_one_attempt_starts_once_that_is_stored() {
    let mut in_flight = InFlight::new(1);
    in_flight.receive(limited(Entry::new(id("a"), Message::builder().build(), 1), 1).of(0));
    assert_eq!((start(&mut in_flight, 0), in_flight.to_store()), (None, vec![(0, id("a"), 1)]));
    // If the attempt was made before, no receiver runs, and nothing is stored.
    let mut in_flight = InFlight::new(1);
    in_flight.receive(limited(Entry::redelivered(id("a"), Message::builder().build(), 2), 1).of(0));
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
}
