//! Messages that the broker revokes.

use super::*;

#[test]
fn the_next_delivery_of_a_revoked_message_stays_in_its_lane_until_that_ends() {
    let mut in_flight = three();
    in_flight.start(0);
    revoke(&mut in_flight, ["a", "b"]);
    assert_eq!(
        in_flight.receive(job("b", 1).of(0)),
        Some(0),
        "the lane that still runs a message of the key"
    );
    in_flight.succeed(1);
    assert_eq!(start(&mut in_flight, 1).as_deref(), Some("c"));
    in_flight.succeed(1);
    assert_eq!(start(&mut in_flight, 1), None);
    assert!(in_flight.forget_revoked(0));
}

#[test]
fn revoke_drops_fresh_messages() {
    let mut in_flight = three();
    assert_eq!(revoke(&mut in_flight, ["a", "c", "unknown"]), ["a", "c"]);
    assert_eq!((in_flight.len(), in_flight.queued(0), in_flight.queued(1)), (1, 1, 0));
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
    assert_eq!(in_flight.receive(job("a", 1).of(0)), Some(0), "it may come back");
}

#[test]
fn revoke_drops_a_waiting_message_and_frees_its_lane() {
    let mut in_flight = three();
    in_flight.start(0);
    in_flight.fail(0, waiting("a", 1, Instant::now() + TIMEOUT, NextStep::Retry));
    assert_eq!(revoke(&mut in_flight, ["a"]), ["a"]);
    assert_eq!((in_flight.next_due(), in_flight.len()), (None, 2));
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
}

#[test]
fn revoke_lets_a_running_message_end_and_forgets_it() {
    let mut in_flight = three();
    in_flight.start(0);
    assert_eq!(revoke(&mut in_flight, ["a"]), [""; 0]);
    assert_eq!((in_flight.len(), in_flight.is_running(0)), (3, true), "the lane is not free");
    assert_eq!(start(&mut in_flight, 0), None);
    assert_eq!(
        sorted(in_flight.claims()),
        [("b".to_owned(), 0), ("c".to_owned(), 0)],
        "nothing renews its claim"
    );
    assert!(in_flight.forget_revoked(0) && !in_flight.forget_revoked(0));
    assert_eq!((in_flight.len(), in_flight.has_finished()), (2, false));
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
    assert!(!in_flight.forget_revoked(0));
}

#[test]
fn a_revoked_message_comes_back_while_it_runs() {
    let mut in_flight = three();
    in_flight.start(0);
    revoke(&mut in_flight, ["a"]);
    assert_eq!(in_flight.receive(job("a", 1).of(0)), Some(0), "as another delivery");
    assert_eq!(revoke(&mut in_flight, ["a"]), ["a"], "which can be revoked as well");
    in_flight.receive(job("a", 1).of(0)).unwrap();
    assert!(in_flight.forget_revoked(0));
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
    in_flight.succeed(0);
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
    in_flight.succeed(0);
    assert_eq!(in_flight.take_finished(), [id("b"), id("a")]);
    assert_eq!(in_flight.len(), 1);
}

#[test]
fn revoke_drops_acknowledgements_and_returns() {
    let mut in_flight = three();
    in_flight.start(0);
    in_flight.succeed(0);
    in_flight.stop();
    revoke(&mut in_flight, ["a", "b"]);
    assert!(!in_flight.has_finished());
    assert_eq!(sorted(in_flight.take_returned()), [("c".to_owned(), 0)]);
}

#[test]
fn a_revoked_message_leaves_nothing_to_store_or_to_keep_alone() {
    let mut in_flight = InFlight::new(1);
    in_flight.receive(limited(Entry::redelivered(id("a"), Message::builder().build(), 2), 5).of(0));
    assert!(in_flight.must_store(0) && in_flight.is_closed());
    revoke(&mut in_flight, ["a"]);
    assert!(in_flight.to_store().is_empty() && !in_flight.must_store(0) && !in_flight.is_closed());
    // A message that runs may still end the process.
    in_flight.receive(job("b", 2).of(0));
    in_flight.start(0);
    revoke(&mut in_flight, ["b"]);
    assert!(in_flight.is_closed());
    in_flight.forget_revoked(0);
    assert!(!in_flight.is_closed());
}

#[test]
fn end_returns_no_revoked_message() {
    let mut in_flight = InFlight::new(2);
    for (lane, name) in ["running", "hung"].into_iter().enumerate() {
        in_flight.receive(job(name, 1).of(lane as u64));
        in_flight.start(lane);
    }
    in_flight.stop();
    revoke(&mut in_flight, ["running", "hung"]);
    in_flight.end(|lane| lane == 1);
    assert!(in_flight.take_returned().is_empty());
    assert_eq!(in_flight.len(), 0);
}
