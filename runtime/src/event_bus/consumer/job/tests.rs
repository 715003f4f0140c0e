//! Which receivers an attempt calls, and what a message remembers of it.

use std::{cell::RefCell, sync::Arc, time::Duration};

use super::*;
use crate::{
    BatchError, Event, EventsMetadata, ReceiverError, codec,
    event_bus::{
        MemoryBus,
        consumer::{Consumer, intake::Intake},
    },
    learning::{data::*, signals::*},
    prelude::*,
    receiver::BatchReceiver,
};

/// A receiver that fails, and the error that it makes.
type Failing = (&'static str, fn() -> ReceiverError);

thread_local! {
    /// The calls of receivers.
    static CALLS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    /// The receivers that fail, and with which error.
    static FAILING: RefCell<Vec<Failing>> = const { RefCell::new(Vec::new()) };
}

const WRITE: FullName = FullName::new("", "tests.job.write");
const CALL: FullName = FullName::new("", "tests.job.call");
const FILE: FullName = FullName::new("", "tests.job.file");
const PACK: FullName = FullName::new("", "tests.job.pack");

fn called(name: &'static str) -> Result<(), ReceiverError> {
    CALLS.with_borrow_mut(|calls| calls.push(name));
    let failing = FAILING.with_borrow(|failing| failing.iter().find(|(one, _)| *one == name).copied());
    failing.map_or(Ok(()), |(_, error)| Err(error()))
}

#[receiver(EXAM_ATTEMPT_SUBMITTED, order = 1, name = "tests.job.write")]
fn write() -> Result<(), ReceiverError> {
    called("write")
}

#[receiver(EXAM_ATTEMPT_SUBMITTED, order = 2, name = "tests.job.call")]
async fn call() -> Result<(), ReceiverError> {
    called("call")
}

#[receiver(EXAM_ATTEMPT_SUBMITTED, batch(max = 3, wait = "1h"), name = "tests.job.file")]
fn file(_: &Batch<ExamAttemptSubmitted>) -> Result<(), BatchError> {
    Ok(called("file")?)
}

#[receiver(EXAM_ATTEMPT_SUBMITTED, batch(max = 3, wait = "1h"), name = "tests.job.pack")]
async fn pack(_: &Batch<ExamAttemptSubmitted>) -> Result<(), BatchError> {
    Ok(called("pack")?)
}

fn away() -> ReceiverError {
    ReceiverError::unavailable("503")
}

fn poison() -> ReceiverError {
    ReceiverError::new("no")
}

fn hopeless() -> ReceiverError {
    ReceiverError::permanent("never")
}

fn job(attempt: u32) -> Job {
    let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
    let student = UserData::builder().id(7).is_active(true).pii(pii).build();
    let exam_attempt = ExamAttemptData::builder()
        .student_user(student)
        .course_key("course-v1:edX+DemoX+Demo".parse::<CourseKey>().unwrap())
        .usage_key("block-v1:edX+DemoX+Demo+type@exam+block@1".parse::<UsageKey>().unwrap())
        .exam_type("proctored")
        .build();
    let metadata = EventsMetadata::of(ExamAttemptSubmitted::DEFINITION);
    let message = Message::new(&metadata, codec::encode(&ExamAttemptSubmitted { exam_attempt }));
    let entry = Entry::new(EntryId::new("1-0"), message, attempt);
    let room = Intake::new(0).take(&entry);
    Job::new(entry, 0, 5, room)
}

/// Makes an attempt during which these receivers fail. Returns the calls, and the outcome in short.
fn attempt(job: &mut Job, failing: &[Failing]) -> (String, String) {
    FAILING.set(failing.to_vec());
    let options = Consumer::of(Arc::new(MemoryBus::new()), "t", "g", "a").options;
    let outcome =
        job.run(&Observers::new([]), &options, Duration::from_mins(1), Instant::now(), |_, _, _| ());
    (CALLS.take().join(" "), short(&outcome))
}

fn short(outcome: &AttemptOutcome) -> String {
    let list = |names: &[FullName]| {
        names.iter().map(|name| name.to_string().replace("tests.job.", "")).collect::<Vec<_>>().join(" ")
    };
    match outcome {
        AttemptOutcome::Handled => "handled".to_owned(),
        AttemptOutcome::Collect => "collect".to_owned(),
        AttemptOutcome::GoOn => "go on".to_owned(),
        AttemptOutcome::NoReceiver => "no receiver".to_owned(),
        AttemptOutcome::UnknownType(_) => "unknown type".to_owned(),
        AttemptOutcome::Failed(_, failed) => {
            format!("failed {}", list(&failed.iter().map(|failed| failed.receiver).collect::<Vec<_>>()))
        }
        AttemptOutcome::Unavailable(_, unavailable) => {
            format!("{} away {}", list(&[unavailable.first]), list(&unavailable.others))
        }
        AttemptOutcome::Hopeless(failure) => {
            format!("hopeless {}", failure.receivers.join(" ").replace("tests.job.", ""))
        }
    }
}

fn says(calls: &str, outcome: &str) -> (String, String) {
    (calls.to_owned(), outcome.to_owned())
}

/// Holds the message, and tries a receiver.
fn probe(job: &mut Job, receiver: FullName, failing: &[Failing]) -> (String, String) {
    job.hold(vec![receiver]);
    job.probe(receiver);
    assert!(job.is_probe() && !job.attempt_must_be_stored());
    attempt(job, failing)
}

/// Returns the names of the batch receivers that the message waits for.
fn waits_for(job: &Job) -> Vec<FullName> {
    job.batch_receivers().iter().map(|(receiver, _)| receiver.definition().full_name()).collect()
}

fn batch_receiver(job: &Job, name: FullName) -> BatchReceiver {
    let receivers = job.batch_receivers().into_iter().map(|(receiver, _)| receiver);
    receivers.into_iter().find(|receiver| receiver.definition().full_name() == name).unwrap()
}

#[test]
fn a_try_calls_only_the_receiver_that_was_unavailable() {
    let mut job = job(1);
    assert_eq!(attempt(&mut job, &[("write", away)]), says("write call", "write away "));
    assert_eq!(probe(&mut job, WRITE, &[("write", away)]), says("write", "write away "));
    assert_eq!(probe(&mut job, WRITE, &[]), says("write", "go on"));
    job.go_on();
    assert_eq!(attempt(&mut job, &[]), says("", "collect"), "the batch receivers get it with others");
    assert_eq!(waits_for(&job), [FILE, PACK]);
}

#[test]
fn several_unavailable_receivers_are_tried_one_by_one() {
    let mut job = job(1);
    assert_eq!(attempt(&mut job, &[("write", away), ("call", away)]), says("write call", "write away call"));
    assert_eq!(probe(&mut job, WRITE, &[("call", away)]), says("write", "go on"));
    job.go_on();
    assert_eq!(attempt(&mut job, &[("call", away)]), says("call", "call away "), "the other is remembered");
    assert_eq!(probe(&mut job, CALL, &[]), says("call", "go on"));
    assert_eq!(waits_for(&job), [FILE, PACK]);
}

#[test]
fn a_receiver_that_failed_otherwise_runs_after_the_try() {
    let mut job = job(2);
    let failing: &[Failing] = &[("write", away), ("call", poison)];
    assert_eq!(attempt(&mut job, failing), says("write call file pack", "write away "));
    assert_eq!(probe(&mut job, WRITE, &[]), says("write", "go on"));
    job.go_on();
    assert!(job.attempt_must_be_stored(), "the attempt that was taken back begins again");
    assert_eq!(attempt(&mut job, &[]), says("call", "handled"), "those that succeeded are remembered");
}

#[test]
fn a_batch_receiver_is_tried_alone() {
    for (name, receiver, other) in [("file", FILE, PACK), ("pack", PACK, FILE)] {
        let mut job = job(1);
        assert_eq!(attempt(&mut job, &[]), says("write call", "collect"));
        let batch = batch_receiver(&job, receiver);
        let outcome = job.end_batch(batch, Err(away()), &Observers::new([]));
        assert_eq!(short(&outcome), format!("{name} away "));
        assert_eq!(probe(&mut job, receiver, &[]), says(name, "go on"));
        job.go_on();
        assert_eq!((attempt(&mut job, &[]), waits_for(&job)), (says("", "collect"), vec![other]));
    }
}

#[test]
fn a_try_that_fails_otherwise_goes_its_usual_way() {
    let mut job = job(1);
    attempt(&mut job, &[("write", away)]);
    assert_eq!(probe(&mut job, WRITE, &[("write", poison)]), says("write", "failed write"));
    job.next_attempt();
    assert_eq!(attempt(&mut job, &[]), says("write file pack", "handled"), "one that failed is alone");
}

#[test]
fn a_receiver_that_is_given_up_keeps_the_message_from_no_other() {
    // It fails permanently during a try.
    let mut job = job(1);
    attempt(&mut job, &[("write", away)]);
    assert_eq!(probe(&mut job, WRITE, &[("write", hopeless)]), says("write", "go on"));
    job.go_on();
    assert_eq!(attempt(&mut job, &[]), says("", "collect"));
    let (file, pack) = (batch_receiver(&job, FILE), batch_receiver(&job, PACK));
    assert_eq!(short(&job.end_batch(file, Ok(()), &Observers::new([]))), "collect");
    assert_eq!(short(&job.end_batch(pack, Ok(()), &Observers::new([]))), "hopeless write");
}

#[test]
fn receivers_that_have_used_up_their_attempts_are_given_up_alone() {
    let mut job = job(1);
    FAILING.set(vec![("write", poison)]);
    let options = Consumer::of(Arc::new(MemoryBus::new()), "t", "g", "a").options;
    let outcome =
        job.run(&Observers::new([]), &options, Duration::from_mins(1), Instant::now(), |_, _, _| ());
    let AttemptOutcome::Failed(_, failed) = outcome else { panic!("{}", short(&outcome)) };
    assert!(job.give_up(&failed), "the batch receivers have not had it");
    job.go_on();
    CALLS.take();
    assert_eq!(attempt(&mut job, &[]), says("", "collect"));
    // Now one batch receiver uses up its attempts, and then the other one.
    let (file, pack) = (batch_receiver(&job, FILE), batch_receiver(&job, PACK));
    let AttemptOutcome::Failed(failure, failed) = job.end_batch(file, Err(poison()), &Observers::new([]))
    else {
        panic!("it failed")
    };
    assert_eq!(failure.receivers, ["tests.job.write", "tests.job.file"]);
    assert!(job.give_up(&failed));
    let AttemptOutcome::Failed(failure, failed) = job.end_batch(pack, Err(poison()), &Observers::new([]))
    else {
        panic!("it failed")
    };
    assert_eq!(failure.receivers, ["tests.job.write", "tests.job.file", "tests.job.pack"]);
    assert!(!job.give_up(&failed), "nothing is left");
}
