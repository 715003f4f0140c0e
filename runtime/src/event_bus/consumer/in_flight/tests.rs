//! Every transition of a message, one test each.

use std::time::{Duration, SystemTime};

use super::*;
use crate::event_bus::consumer::intake::Intake;
use crate::event_bus::wire::{Entry, Failure, Message};

const TIMEOUT: Duration = Duration::from_secs(10);

fn id(id: &str) -> EntryId {
    EntryId::new(id)
}

fn limited(entry: Entry, max_attempts: u32) -> Job {
    let room = Intake::new(0).take(&entry);
    Job::new(entry, 0, max_attempts, room)
}

/// Makes a message that can start at once.
fn job(name: &str, attempt: u32) -> Job {
    let mut entry = Entry::new(id(name), Message::builder().build(), attempt);
    entry.is_redelivered = false;
    limited(entry, 5)
}

impl Job {
    /// Sets the number of the key.
    fn of(mut self, key: u64) -> Self {
        self.key = key;
        self
    }
}

/// Makes two lanes: `a` and `b` are in the first, `c` is in the second.
fn three() -> InFlight {
    let mut in_flight = InFlight::new(2);
    in_flight.receive(job("a", 1).of(0)).unwrap();
    in_flight.receive(job("b", 1).of(0)).unwrap();
    in_flight.receive(job("c", 1).of(1)).unwrap();
    in_flight
}

fn start(in_flight: &mut InFlight, lane: usize) -> Option<String> {
    in_flight.start(lane).map(|job| job.entry.id.to_string())
}

fn waiting(name: &str, attempt: u32, until: Instant, step: NextStep) -> Waiting {
    Waiting { until, job: job(name, attempt), step }
}

fn dead_letter() -> NextStep {
    let now = SystemTime::now();
    let error = "no stock".to_owned();
    NextStep::DeadLetter(Failure { error, receivers: Vec::new(), attempts: 5, first: now, last: now })
}

fn sorted(mut list: Vec<(EntryId, u32)>) -> Vec<(String, u32)> {
    list.sort();
    list.into_iter().map(|(id, attempts)| (id.to_string(), attempts)).collect()
}

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
fn receive_ignores_a_message_that_is_in_flight() {
    let mut in_flight = three();
    assert_eq!(in_flight.receive(job("a", 2).of(1)), None);
    in_flight.start(0);
    assert_eq!(in_flight.receive(job("a", 2).of(1)), None, "even while it runs");
    assert_eq!((in_flight.len(), in_flight.queued(1)), (3, 1));
    assert!(!in_flight.is_closed());
}

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

/// Revokes messages, and returns the ids of those that were dropped.
fn revoke<const N: usize>(in_flight: &mut InFlight, ids: [&str; N]) -> Vec<String> {
    in_flight.revoke(&ids.map(id)).into_iter().map(|job| job.entry.id.to_string()).collect()
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

/// Makes a message of the first lane wait for the end of a pause.
fn hold(in_flight: &mut InFlight, name: &str, attempt: u32) {
    let now = Instant::now();
    in_flight.start(0);
    in_flight.set_paused(true);
    in_flight.fail(0, waiting(name, attempt, now, NextStep::Hold));
    let (lane, due) = in_flight.take_due(now).unwrap();
    in_flight.held(lane, due.job);
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
    let mut in_flight = three();
    hold(&mut in_flight, "a", 3);
    assert_eq!(sorted(in_flight.claims())[0], ("a".to_owned(), 0), "the attempt that ran does not count");
    assert!(in_flight.may_be_held() && in_flight.len() == 3);
    assert_eq!(start(&mut in_flight, 0), None);
    in_flight.set_paused(false);
    assert!(!in_flight.may_be_held());
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
    let mut in_flight = three();
    hold(&mut in_flight, "a", 3);
    assert_eq!(in_flight.probe(1), Some(0), "the other lane holds none");
    assert_eq!(in_flight.probe(0), None);
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
    hold(&mut in_flight, "a", 1);
    assert_eq!(revoke(&mut in_flight, ["a"]), ["a"]);
    assert_eq!((in_flight.probe(0), in_flight.may_be_held()), (None, false));
    in_flight.set_paused(false);
    hold(&mut in_flight, "b", 1);
    in_flight.set_paused(false);
    assert_eq!(start(&mut in_flight, 0).as_deref(), Some("b"));
}

#[test]
fn a_stop_during_a_pause_returns_everything_and_counts_no_attempt() {
    let mut in_flight = three();
    hold(&mut in_flight, "a", 3);
    in_flight.stop();
    in_flight.end(|_| false);
    let returned = [("a", 0), ("b", 0), ("c", 0)].map(|(name, attempts)| (name.to_owned(), attempts));
    assert_eq!(sorted(in_flight.take_returned()), returned);
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
