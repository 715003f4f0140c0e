//! Messages in their lanes: which one starts next, and where.

use super::*;

#[test]
fn receive_queues_messages_in_their_lanes() {
    let in_flight = three();
    assert_eq!((in_flight.len(), in_flight.queued(0), in_flight.queued(1)), (3, 2, 1));
    assert!(!in_flight.is_closed() && !in_flight.has_finished());
}

#[test]
fn a_key_has_a_lane_while_it_has_messages() {
    let mut in_flight = InFlight::new(2);
    let lane_of = |in_flight: &mut InFlight, name: &str, key| in_flight.receive(job(name, 1).of(key));
    assert_eq!(lane_of(&mut in_flight, "a", 7), Some(0));
    assert_eq!(lane_of(&mut in_flight, "b", 8), Some(1), "the one with the least to do");
    assert_eq!(lane_of(&mut in_flight, "c", 7), Some(0));
    assert_eq!(lane_of(&mut in_flight, "d", 9), Some(1));
    assert_eq!(lane_of(&mut in_flight, "e", 7), Some(0), "however much it has to do");
    for _ in 0..3 {
        in_flight.start(0);
        in_flight.succeed(0);
    }
    in_flight.receive(job("f", 1).of(6));
    assert_eq!(lane_of(&mut in_flight, "g", 7), Some(0), "a lane of its own choice again");
}

#[test]
fn a_lane_whose_message_waits_for_a_retry_gets_no_other_keys() {
    let mut in_flight = three();
    let now = Instant::now();
    in_flight.start(1);
    in_flight.fail(1, waiting("c", 1, now + TIMEOUT, NextStep::Retry));
    assert_eq!(in_flight.receive(job("d", 1).of(3)), Some(0), "although that has more to do");
}

/// Makes two lanes that run `a` and `b`; the others, each with its key, wait behind `a`.
fn behind<const N: usize>(others: [(Job, u64); N]) -> InFlight {
    let mut in_flight = InFlight::new(2);
    in_flight.receive(job("a", 1).of(1)).unwrap();
    for (job, key) in others {
        // The key decides on the lane, not the number of messages.
        in_flight.keys.add(key, || 0);
        in_flight.receive(job.of(key)).unwrap();
        in_flight.keys.remove(key);
    }
    in_flight.receive(job("b", 1).of(2)).unwrap();
    assert_eq!(
        (start(&mut in_flight, 0).as_deref(), start(&mut in_flight, 1).as_deref()),
        (Some("a"), Some("b"))
    );
    assert_eq!((in_flight.queued(0), in_flight.queued(1)), (N, 0));
    in_flight.succeed(1);
    in_flight
}

#[test]
fn an_idle_lane_takes_over_a_message_that_waits_behind_another_key() {
    let mut in_flight = behind([(job("c", 1), 3), (job("d", 1), 4)]);
    assert_eq!(start(&mut in_flight, 1).as_deref(), Some("c"));
    assert_eq!(in_flight.receive(job("c2", 1).of(3)), Some(1), "its key comes with it");
    assert_eq!(start(&mut in_flight, 1), None, "it runs");
    in_flight.succeed(1);
    assert_eq!(start(&mut in_flight, 1).as_deref(), Some("c2"), "the own messages come first");
    in_flight.succeed(1);
    assert_eq!(start(&mut in_flight, 1).as_deref(), Some("d"));
    in_flight.succeed(0);
    assert_eq!(start(&mut in_flight, 0), None, "nothing waits");
}

#[test]
fn messages_whose_order_counts_are_not_taken_over() {
    let mut in_flight = behind([(job("a2", 1), 1), (job("c", 1), 3), (job("c2", 1), 3)]);
    assert_eq!(start(&mut in_flight, 1), None, "both keys have two messages");
}

#[test]
fn nothing_is_taken_over_during_a_pause_or_before_its_attempt_is_stored() {
    let redelivered = limited(Entry::redelivered(id("c"), Message::builder().build(), 1), 5);
    let mut in_flight = behind([(redelivered, 3), (job("d", 1), 4)]);
    in_flight.set_paused(true);
    assert_eq!(start(&mut in_flight, 1), None);
    in_flight.set_paused(false);
    assert_eq!(start(&mut in_flight, 1).as_deref(), Some("d"));
}

#[test]
fn receive_ignores_a_message_that_is_in_flight() {
    let mut in_flight = three();
    assert_eq!(in_flight.receive(job("a", 2).of(1)), None);
    in_flight.start(0);
    assert_eq!(in_flight.receive(job("a", 2).of(1)), None, "even while it runs");
    assert_eq!((in_flight.len(), in_flight.queued(1)), (3, 1));
    assert!(!in_flight.is_closed());
}

#[test]
fn pass_over_finishes_a_message_without_a_lane() {
    let mut in_flight = three();
    assert!(in_flight.pass_over(&id("d")));
    assert!(!in_flight.pass_over(&id("a")), "a lane has it");
    assert_eq!(in_flight.take_finished(), [id("d")]);
}

#[test]
fn start_takes_one_message_at_a_time_in_order() {
    let mut in_flight = three();
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("a"));
    assert_eq!(start(&mut in_flight, 0), None, "it runs");
    assert_eq!(start(&mut in_flight, 1).as_deref(), Some("c"));
    assert!(in_flight.is_running(0));
    in_flight.succeed(0);
    assert!(!in_flight.is_running(0));
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
}

#[test]
fn succeed_finishes_a_message() {
    let mut in_flight = three();
    in_flight.start(0);
    in_flight.succeed(0);
    assert_eq!(in_flight.len(), 2);
    assert_eq!(in_flight.take_finished(), [id("a")]);
    assert!(!in_flight.has_finished());
}

#[test]
fn acknowledgements_that_failed_come_before_later_ones() {
    let mut in_flight = three();
    in_flight.start(0);
    in_flight.succeed(0);
    let taken = in_flight.take_finished();
    in_flight.start(0);
    in_flight.succeed(0);
    in_flight.not_acknowledged(taken);
    assert_eq!(in_flight.take_finished(), [id("a"), id("b")]);
}
