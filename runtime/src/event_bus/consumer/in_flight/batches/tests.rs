//! Every transition of a message with a batch receiver.

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::*;
use crate::{
    Event, EventsMetadata, codec,
    event_bus::{
        MemoryBus,
        consumer::{Consumer, intake::Intake},
        observe::Observers,
        wire::{Entry, Message},
    },
    learning::{data::*, signals::*},
    prelude::*,
};

const HOUR: Duration = Duration::from_hours(1);

/// Takes three events at a time.
#[receiver(EXAM_ATTEMPT_RESET, batch(max = 3, wait = "1h"), name = "tests.in_flight")]
fn file(_: &Batch<ExamAttemptReset>) {}

fn id(id: &str) -> EntryId {
    EntryId::new(id)
}

/// Makes an entry whose event has a batch receiver.
fn entry(name: &str, is_redelivered: bool) -> Entry {
    let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
    let student = UserData::builder().id(7).is_active(true).pii(pii).build();
    let attempt = ExamAttemptData::builder()
        .student_user(student)
        .course_key("course-v1:edX+DemoX+Demo".parse::<CourseKey>().unwrap())
        .usage_key("block-v1:edX+DemoX+Demo+type@exam+block@1".parse::<UsageKey>().unwrap())
        .exam_type("proctored")
        .build();
    let metadata = EventsMetadata::of(ExamAttemptReset::DEFINITION);
    let message = Message::new(&metadata, codec::encode(&ExamAttemptReset { exam_attempt: attempt }));
    if is_redelivered { Entry::redelivered(id(name), message, 1) } else { Entry::new(id(name), message, 1) }
}

fn receive(in_flight: &mut InFlight, name: &str, is_redelivered: bool) {
    let entry = entry(name, is_redelivered);
    let room = Intake::new(0).take(&entry);
    assert_eq!(in_flight.receive(Job::new(entry, 0, 5, room)), Some(0));
}

/// Runs the next message of the lane as far as its batch receiver.
fn collect(in_flight: &mut InFlight, now: Instant) {
    let Some(Task::Message(mut job)) = in_flight.next(0, now, false) else { panic!("no message") };
    let options = Consumer::of(Arc::new(MemoryBus::new()), "t", "g", "a").options;
    job.run(&Observers::new([]), &options, HOUR, Instant::now(), |_, _, _| panic!("a batch receiver"));
    in_flight.collect(0, job, now);
}

/// Makes a lane that has collected these messages.
fn collected(names: &[&str], is_redelivered: bool) -> (InFlight, Instant) {
    let (mut in_flight, now) = (InFlight::new(1), Instant::now());
    for name in names {
        receive(&mut in_flight, name, is_redelivered);
        collect(&mut in_flight, now);
    }
    (in_flight, now)
}

/// Starts the next batch, if there is one.
fn start(in_flight: &mut InFlight, now: Instant, is_full: bool) -> Option<Vec<(Place, Job)>> {
    match in_flight.next(0, now, is_full)? {
        Task::Batch(receiver, batch) => {
            assert_eq!(receiver.definition().full_name().to_string(), "tests.in_flight");
            Some(batch)
        }
        Task::Message(job) => panic!("not a batch: {}", job.entry.id),
    }
}

fn names(batch: &[(Place, Job)]) -> Vec<&str> {
    batch.iter().map(|(_, job)| job.entry.id.as_str()).collect()
}

fn retry(job: Job, until: Instant) -> BatchEnd {
    BatchEnd::Wait(Waiting { until, job, step: NextStep::Retry })
}

fn sorted(mut list: Vec<(EntryId, u32)>) -> Vec<(String, u32)> {
    list.sort();
    list.into_iter().map(|(id, attempts)| (id.to_string(), attempts)).collect()
}

fn pairs<const N: usize>(pairs: [(&str, u32); N]) -> Vec<(String, u32)> {
    pairs.map(|(name, attempts)| (name.to_owned(), attempts)).to_vec()
}

#[test]
fn messages_wait_until_their_batch_is_complete() {
    let (mut in_flight, now) = collected(&["a", "b"], false);
    assert!(in_flight.collects(0) && in_flight.is_running(0), "a stop waits for them");
    assert_eq!((in_flight.len(), in_flight.next_batch(0)), (2, Some(now + HOUR)));
    assert!(start(&mut in_flight, now, false).is_none());
    receive(&mut in_flight, "c", false);
    collect(&mut in_flight, now);
    receive(&mut in_flight, "d", false);
    let batch = start(&mut in_flight, now, false).unwrap();
    assert_eq!(names(&batch), ["a", "b", "c"]);
}

#[test]
fn a_batch_is_complete_after_its_time_or_if_nothing_more_comes() {
    let (mut in_flight, now) = collected(&["a"], false);
    assert!(start(&mut in_flight, now + HOUR, false).is_some());
    let (mut in_flight, now) = collected(&["a"], false);
    receive(&mut in_flight, "b", false);
    collect(&mut in_flight, now);
    assert_eq!(names(&start(&mut in_flight, now, true).unwrap()), ["a", "b"]);
}

#[test]
fn messages_that_the_lane_still_has_come_before_the_end_of_a_batch() {
    let (mut in_flight, now) = collected(&["a"], false);
    receive(&mut in_flight, "b", false);
    assert!(matches!(in_flight.next(0, now, true), Some(Task::Message(_))));
}

#[test]
fn a_batch_that_succeeds_is_acknowledged_in_order() {
    let (mut in_flight, now) = collected(&["a", "b", "c"], false);
    start(&mut in_flight, now, false).unwrap();
    assert_eq!(sorted(in_flight.claims()), pairs([("a", 1), ("b", 1), ("c", 1)]));
    in_flight.end_batch(0, vec![BatchEnd::Finished, BatchEnd::Finished, BatchEnd::Finished]);
    assert_eq!(in_flight.take_finished(), [id("a"), id("b"), id("c")]);
    assert_eq!((in_flight.len(), in_flight.is_running(0)), (0, false));
}

#[test]
fn a_message_that_other_receivers_need_keeps_its_place() {
    let (mut in_flight, now) = collected(&["a", "b", "c"], false);
    let batch = start(&mut in_flight, now, false).unwrap();
    receive(&mut in_flight, "d", false);
    let ends = batch.into_iter().enumerate().map(|(index, (place, job))| match index {
        0 => BatchEnd::Finished,
        _ => BatchEnd::Collect(place, job),
    });
    in_flight.end_batch(0, ends.collect());
    collect(&mut in_flight, now);
    assert_eq!(names(&start(&mut in_flight, now, false).unwrap()), ["b", "c", "d"]);
}

/// Makes a lane in which `b` and `c` of a batch failed, and `d` waits.
fn failed() -> (InFlight, Instant) {
    let (mut in_flight, now) = collected(&["a", "b", "c"], false);
    let batch = start(&mut in_flight, now, false).unwrap();
    receive(&mut in_flight, "d", false);
    let ends = batch.into_iter().enumerate().map(|(index, (_, job))| match index {
        0 => BatchEnd::Finished,
        _ => retry(job, now),
    });
    in_flight.end_batch(0, ends.collect());
    (in_flight, now)
}

#[test]
fn messages_that_fail_are_tried_again_one_after_the_other_and_before_all_others() {
    let (mut in_flight, now) = failed();
    assert_eq!(in_flight.take_finished(), [id("a")]);
    assert_eq!(sorted(in_flight.claims()), pairs([("b", 1), ("c", 1), ("d", 0)]));
    for name in ["b", "c"] {
        assert!(in_flight.next(0, now, true).is_none(), "nothing overtakes {name}");
        let (lane, due) = in_flight.take_due(now).unwrap();
        assert_eq!((lane, due.job.entry.id.as_str()), (0, name));
        assert!(in_flight.take_due(now).is_none(), "one at a time");
        in_flight.retry(0, due.job);
        let Some(Task::Message(job)) = in_flight.next(0, now, true) else { panic!("no retry") };
        assert_eq!((job.entry.id.as_str(), job.entry.attempt), (name, 2));
        in_flight.succeed(0);
    }
    assert!(matches!(in_flight.next(0, now, true), Some(Task::Message(job)) if job.entry.id == id("d")));
}

#[test]
fn a_dead_letter_lets_the_next_message_that_failed_go_on() {
    let (mut in_flight, now) = failed();
    in_flight.take_due(now).unwrap();
    in_flight.dead_lettered(0);
    assert_eq!(in_flight.take_due(now).unwrap().1.job.entry.id, id("c"));
}

#[test]
fn messages_of_which_nothing_is_known_are_collected_again() {
    let (mut in_flight, now) = collected(&["a", "b", "c"], false);
    let batch = start(&mut in_flight, now, false).unwrap();
    receive(&mut in_flight, "d", false);
    in_flight.end_batch(0, batch.into_iter().map(|(_, job)| BatchEnd::Again(job)).collect());
    assert_eq!(sorted(in_flight.claims()), pairs([("a", 0), ("b", 0), ("c", 0), ("d", 0)]));
    for _ in 0..3 {
        collect(&mut in_flight, now);
    }
    assert_eq!(names(&start(&mut in_flight, now, false).unwrap()), ["a", "b", "c"]);
}

#[test]
fn a_later_message_that_failed_comes_after_those_of_the_batch() {
    let (mut in_flight, now) = collected(&["a", "b"], false);
    receive(&mut in_flight, "c", false);
    let Some(Task::Message(job)) = in_flight.next(0, now, false) else { panic!("no message") };
    in_flight.fail(0, Waiting { until: now, job, step: NextStep::Retry });
    let batch = start(&mut in_flight, now + HOUR, false).unwrap();
    assert!(in_flight.take_due(now).is_none() && in_flight.next_due().is_none(), "it waits for the batch");
    in_flight.end_batch(0, batch.into_iter().map(|(_, job)| retry(job, now)).collect());
    for name in ["a", "b", "c"] {
        assert_eq!(in_flight.take_due(now).unwrap().1.job.entry.id, id(name));
        in_flight.dead_lettered(0);
    }
    assert_eq!(in_flight.len(), 0);
}

/// Makes a lane whose batch of `a`, `b` and `c` was called after `d`, `e` and `f` had been collected, and `g` waits.
fn called_late() -> (InFlight, Instant, Vec<(Place, Job)>) {
    let (mut in_flight, now) = collected(&["a", "b", "c"], true);
    for name in ["d", "e", "f", "g"] {
        receive(&mut in_flight, name, true);
    }
    for _ in 0..3 {
        collect(&mut in_flight, now);
    }
    in_flight.stored(&["a", "b", "c"].map(id).into());
    let batch = start(&mut in_flight, now, false).unwrap();
    assert_eq!(names(&batch), ["a", "b", "c"]);
    (in_flight, now, batch)
}

/// Returns the names of the next messages, which are fresh.
fn fresh(in_flight: &mut InFlight, now: Instant) -> Vec<String> {
    let next = || match in_flight.next(0, now, false)? {
        Task::Message(job) => {
            in_flight.succeed(0);
            Some(job.entry.id.to_string())
        }
        Task::Batch(..) => panic!("a batch overtakes them"),
    };
    std::iter::from_fn(next).collect()
}

#[test]
fn what_was_collected_while_attempts_were_stored_does_not_overtake_a_batch_that_fails() {
    let (mut in_flight, now, batch) = called_late();
    let ends = batch.into_iter().enumerate().map(|(index, (_, job))| match index {
        0 => retry(job, now),
        _ => BatchEnd::Again(job),
    });
    in_flight.end_batch(0, ends.collect());
    assert!(in_flight.next(0, now, true).is_none() && !in_flight.collects(0), "nothing overtakes `a`");
    assert_eq!(in_flight.take_due(now).unwrap().1.job.entry.id, id("a"));
    in_flight.dead_lettered(0);
    for _ in 0..4 {
        in_flight.stored(&["b", "c", "d", "e", "f", "g"].map(id).into());
        if in_flight.lanes[0].collected.len() == 3 {
            break;
        }
        collect(&mut in_flight, now);
    }
    assert_eq!(names(&start(&mut in_flight, now, false).unwrap()), ["b", "c", "d"]);
}

#[test]
fn what_other_receivers_need_does_not_overtake_a_message_that_fails() {
    let (mut in_flight, now, batch) = called_late();
    let ends = batch.into_iter().enumerate().map(|(index, (place, job))| match index {
        1 => retry(job, now),
        _ => BatchEnd::Collect(place, job),
    });
    in_flight.end_batch(0, ends.collect());
    assert_eq!(
        in_flight.lanes[0].collected.iter().map(|job| job.entry.id.as_str()).collect::<Vec<_>>(),
        ["a"]
    );
    in_flight.take_due(now).unwrap();
    in_flight.dead_lettered(0);
    in_flight.lanes[0].collected.take_if(|_| true);
    assert_eq!(fresh(&mut in_flight, now), ["c", "d", "e", "f", "g"]);
}

#[test]
fn a_failure_that_ends_the_consumer_returns_what_was_collected_after_it() {
    let (mut in_flight, now, batch) = called_late();
    in_flight.end_batch(0, batch.iter().map(|_| BatchEnd::Return).collect());
    in_flight.stop();
    assert!(in_flight.next(0, now, true).is_none() && !in_flight.collects(0));
    let all = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, 0));
    assert_eq!(sorted(in_flight.take_returned()), pairs(all));
}

#[test]
fn a_later_message_that_failed_comes_after_those_of_which_nothing_is_known() {
    let (mut in_flight, now) = collected(&["a", "b"], false);
    receive(&mut in_flight, "c", false);
    let Some(Task::Message(job)) = in_flight.next(0, now, false) else { panic!("no message") };
    in_flight.fail(0, Waiting { until: now, job, step: NextStep::Retry });
    let batch = start(&mut in_flight, now + HOUR, false).unwrap();
    let ends = batch.into_iter().enumerate().map(|(index, (_, job))| match index {
        0 => retry(job, now),
        _ => BatchEnd::Again(job),
    });
    in_flight.end_batch(0, ends.collect());
    assert_eq!(in_flight.take_due(now).unwrap().1.job.entry.id, id("a"));
    in_flight.dead_lettered(0);
    assert!(in_flight.take_due(now).is_none(), "`b` comes before `c`");
    assert_eq!(fresh(&mut in_flight, now), ["b"]);
    assert_eq!(in_flight.take_due(now).unwrap().1.job.entry.id, id("c"));
}

#[test]
fn a_message_that_is_tried_alone_comes_after_what_was_collected_before_it() {
    let (mut in_flight, now) = collected(&["a", "b"], false);
    receive(&mut in_flight, "c", false);
    let Some(Task::Message(job)) = in_flight.next(0, now, false) else { panic!("no message") };
    in_flight.fail(0, Waiting { until: now, job, step: NextStep::Retry });
    let (_, due) = in_flight.take_due(now).unwrap();
    in_flight.retry(0, due.job);
    assert_eq!(names(&start(&mut in_flight, now, false).unwrap()), ["a", "b"]);
    in_flight.end_batch(0, vec![BatchEnd::Finished, BatchEnd::Finished]);
    assert_eq!(fresh(&mut in_flight, now), ["c"]);
}

#[test]
fn no_batch_starts_while_the_broker_is_told_of_another_message() {
    let (mut in_flight, now) = collected(&["a"], false);
    receive(&mut in_flight, "b", false);
    let Some(Task::Message(job)) = in_flight.next(0, now, false) else { panic!("no message") };
    in_flight.fail(0, Waiting { until: now, job, step: NextStep::Retry });
    let (_, due) = in_flight.take_due(now).unwrap();
    assert!(in_flight.next(0, now + HOUR, true).is_none() && in_flight.next_batch(0).is_none());
    in_flight.retry(0, due.job);
    assert!(in_flight.next(0, now + HOUR, true).is_some());
}

#[test]
fn attempts_of_a_batch_are_stored_together_and_not_before() {
    let (mut in_flight, now) = collected(&["a", "b"], true);
    assert!(in_flight.to_store().is_empty(), "no attempt begins");
    assert_eq!(sorted(in_flight.claims()), pairs([("a", 0), ("b", 0)]));
    assert!(start(&mut in_flight, now, true).is_none());
    assert!(in_flight.must_store(0) && in_flight.must_store_any() && in_flight.next_batch(0).is_none());
    assert_eq!(in_flight.to_store(), [(0, id("a"), 1), (0, id("b"), 1)]);
    in_flight.stored(&HashSet::from([id("a"), id("b")]));
    assert!(!in_flight.must_store(0));
    assert_eq!(names(&start(&mut in_flight, now, true).unwrap()), ["a", "b"]);
}

#[test]
fn a_pause_starts_no_batch() {
    let (mut in_flight, now) = collected(&["a", "b", "c"], false);
    in_flight.set_paused(true);
    assert!(start(&mut in_flight, now, true).is_none() && in_flight.next_batch(0).is_none());
    in_flight.set_paused(false);
    assert!(start(&mut in_flight, now, false).is_some());
}

#[test]
fn a_stop_passes_on_what_was_collected() {
    let (mut in_flight, now) = collected(&["a", "b"], false);
    receive(&mut in_flight, "c", false);
    in_flight.stop();
    assert_eq!(sorted(in_flight.take_returned()), pairs([("c", 0)]));
    assert_eq!(names(&start(&mut in_flight, now, false).unwrap()), ["a", "b"]);
}

#[test]
fn a_consumer_that_cannot_acknowledge_passes_on_nothing() {
    let (mut in_flight, now) = collected(&["a", "b", "c"], false);
    assert_eq!(in_flight.abandon().len(), 3);
    assert!(in_flight.next(0, now, true).is_none() && !in_flight.collects(0));
}

#[test]
fn a_stop_returns_messages_whose_attempts_are_not_stored_and_all_during_a_pause() {
    let (mut in_flight, _) = collected(&["a"], true);
    in_flight.stop();
    assert_eq!(sorted(in_flight.take_returned()), pairs([("a", 0)]));
    let (mut in_flight, _) = collected(&["a"], false);
    in_flight.set_paused(true);
    in_flight.stop();
    assert_eq!((sorted(in_flight.take_returned()), in_flight.len()), (pairs([("a", 0)]), 0));
}

#[test]
fn the_end_of_a_stop_returns_the_rest_with_the_attempts_that_count() {
    for (hangs, attempts) in [(false, 0), (true, 1)] {
        let (mut in_flight, now) = collected(&["a", "b", "c"], false);
        let batch = start(&mut in_flight, now, false).unwrap();
        in_flight.stop();
        in_flight.end(|_| hangs);
        assert_eq!(names(&batch).len(), 3);
        let returned = pairs([("a", attempts), ("b", attempts), ("c", attempts)]);
        assert_eq!((sorted(in_flight.take_returned()), in_flight.len()), (returned, 0));
    }
    let (mut in_flight, _) = failed();
    in_flight.stop();
    in_flight.end(|_| false);
    assert_eq!(sorted(in_flight.take_returned()), pairs([("b", 1), ("c", 1), ("d", 0)]), "two were tried");
}

#[test]
fn a_failure_that_ends_the_consumer_is_repeated() {
    let (mut in_flight, now) = collected(&["a"], false);
    start(&mut in_flight, now, true).unwrap();
    in_flight.end_batch(0, vec![BatchEnd::Return]);
    assert_eq!((sorted(in_flight.take_returned()), in_flight.len()), (pairs([("a", 0)]), 0));
}

#[test]
fn revoked_messages_leave_their_batch() {
    let (mut in_flight, now) = collected(&["a", "b", "c"], false);
    assert_eq!(in_flight.revoke(&[id("b")]).len(), 1);
    let batch = start(&mut in_flight, now, true).unwrap();
    assert_eq!(names(&batch), ["a", "c"]);
    assert!(in_flight.revoke(&[id("a")]).is_empty(), "a receiver has it");
    assert_eq!((in_flight.len(), in_flight.revoked_in_batch(0)), (2, vec![true, false]));
    assert_eq!(sorted(in_flight.claims()), pairs([("c", 1)]));
    in_flight.end_batch(0, vec![BatchEnd::Finished, BatchEnd::Finished]);
    assert_eq!((in_flight.take_finished(), in_flight.len()), (vec![id("c")], 0));
    let (mut in_flight, now) = failed();
    assert_eq!(in_flight.revoke(&[id("b"), id("c")]).len(), 2);
    assert!(in_flight.take_due(now).is_none());
    assert!(matches!(in_flight.next(0, now, true), Some(Task::Message(job)) if job.entry.id == id("d")));
}

#[test]
fn a_lane_that_collects_has_more_to_do() {
    let (mut in_flight, now) = (InFlight::new(2), Instant::now());
    let lane_of = |in_flight: &mut InFlight, name: &str, key| {
        let entry = entry(name, false);
        let room = Intake::new(0).take(&entry);
        in_flight.receive(Job::new(entry, key, 5, room))
    };
    assert_eq!(lane_of(&mut in_flight, "a", 1), Some(0));
    collect(&mut in_flight, now);
    assert_eq!((lane_of(&mut in_flight, "b", 2), lane_of(&mut in_flight, "c", 1)), (Some(1), Some(0)));
}
