//! The work of a lane's thread: it runs receivers, decides what comes next, and settles messages and batches.

mod batch;
mod judge;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use batch::MessageEnd;

use super::{
    calls::Calls,
    error::ConsumeError,
    floor::Floor,
    in_flight::{Place, Task, Waiting},
    job::{AttemptOutcome, Job},
    options::Options,
    verdict::Verdict,
};
use crate::{
    event_bus::{observe::Observers, wire::EntryId},
    receiver::{ReceiverDefinition, ReceiverError},
};

/// How long an async receiver may take to yield after its timeout. One that blocks its thread never does, and ends the consumer
/// like a synchronous one.
pub(super) const TO_CANCEL: Duration = Duration::from_secs(2);

/// The lanes, as their threads see them.
pub(super) struct LaneState {
    pub(super) options: Options,
    pub(super) receiver_timeout: Duration,
    pub(super) observers: Observers,
    pub(super) calls: Calls,
    pub(super) floor: Mutex<Floor>,
    /// One per lane, notified when the lane has something to do.
    pub(super) work: Vec<Condvar>,
    /// Notified when the coordinator has something to do.
    pub(super) news: Condvar,
    /// Whether the receivers that succeed matter, which is rare: then messages have used up their attempts.
    pub(super) counts_successes: AtomicBool,
}

impl LaneState {
    pub(super) fn floor(&self) -> MutexGuard<'_, Floor> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the thread of a lane, until the consumer stops.
    pub(super) fn run(&self, lane: usize) {
        let mut floor = self.floor();
        // Each message ends when the next one begins. Reading the clock again would cost as much as many of the other steps.
        let mut now = Instant::now();
        loop {
            let Some(task) = floor.next(lane, now) else {
                if floor.in_flight.is_stopping() && !floor.in_flight.collects(lane) {
                    return;
                }
                floor = self.rest(floor, lane);
                now = Instant::now();
                continue;
            };
            floor.idle[lane] = false;
            drop(floor);
            let began = now;
            let done = match task {
                Task::Message(job) => Done::Message(self.attempt(lane, job, began)),
                Task::Batch(receiver, batch) => Done::Batch(self.call_batch(lane, receiver, batch)),
            };
            self.calls.end(lane);
            now = Instant::now();
            floor = self.floor();
            floor.busy += now.saturating_duration_since(began);
            let revoked = match done {
                Done::Message(verdict) if floor.in_flight.forget_revoked(lane) => vec![verdict],
                Done::Message(verdict) => {
                    self.settle(&mut floor, lane, verdict);
                    Vec::new()
                }
                Done::Batch(ends) => self.settle_batch(&mut floor, lane, ends),
            };
            if !revoked.is_empty() {
                floor.has_news = true;
                self.news.notify_one();
                // Dropping a message may run a user's destructor, so it must not happen under the lock.
                drop(floor);
                drop(revoked);
                floor = self.floor();
            }
        }
    }

    /// Waits until the lane has something to do.
    fn rest<'a>(&'a self, mut floor: MutexGuard<'a, Floor>, lane: usize) -> MutexGuard<'a, Floor> {
        floor.idle[lane] = true;
        if floor.in_flight.must_store(lane) {
            floor.has_news = true;
            self.news.notify_one();
        }
        let Some(due) = floor.in_flight.next_batch(lane) else {
            return self.work[lane].wait(floor).unwrap_or_else(PoisonError::into_inner);
        };
        let left = due.saturating_duration_since(Instant::now());
        match self.work[lane].wait_timeout(floor, left) {
            Ok((floor, _)) => floor,
            Err(poisoned) => poisoned.into_inner().0,
        }
    }

    /// Makes an attempt that begins now, and decides what happens to the message next.
    fn attempt(&self, lane: usize, mut job: Job, now: Instant) -> Verdict {
        let counts_success = job.is_probe() || self.counts_successes.load(Ordering::Relaxed);
        job.succeeded = counts_success.then(Vec::new);
        let begin = |receiver: &ReceiverDefinition, entry: &EntryId, now: Instant| {
            self.calls.begin(lane, receiver.full_name(), entry, now, grace(receiver));
        };
        // Panics of receivers are caught where they run. No other panic may end the thread, and lose the message with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            job.run(&self.observers, &self.options, self.receiver_timeout, now, begin)
        }));
        let outcome = outcome.unwrap_or_else(|payload| {
            AttemptOutcome::Hopeless(job.failure_of(ReceiverError::panicked(payload).chain()))
        });
        self.judge(lane, job, outcome)
    }

    /// Wakes an idle lane for each message that waits for this one, so that it takes the message over.
    fn share(&self, floor: &mut Floor, lane: usize) {
        let waiting = floor.in_flight.queued(lane);
        let idle = floor.idle.iter_mut().zip(&self.work).filter(|(idle, _)| **idle);
        for (idle, work) in idle.take(waiting) {
            *idle = false;
            work.notify_one();
        }
    }

    fn settle(&self, floor: &mut Floor, lane: usize, verdict: Verdict) {
        let is_news = verdict.is_open() || matches!(verdict, Verdict::GivenUp(..));
        match self.count(floor, verdict) {
            Settled::Finished => floor.in_flight.succeed(lane),
            Settled::Collect(job) => floor.in_flight.collect(lane, job, Instant::now()),
            Settled::GoOn(job) => floor.in_flight.go_on(lane, job),
            Settled::Wait(waiting) => floor.in_flight.fail(lane, waiting),
            Settled::Return => floor.in_flight.give_back(lane),
        }
        self.settled(floor, lane, is_news);
    }

    /// Counts a message that is settled, or a failure.
    fn count(&self, floor: &mut Floor, verdict: Verdict) -> Settled {
        let limit = self.options.consecutive_errors_limit;
        let goes_on = matches!(verdict, Verdict::Skipped(..) | Verdict::Collect(_) | Verdict::GoOn(_));
        let is_settled = !verdict.is_open() && !goes_on;
        floor.settled += u64::from(is_settled);
        match verdict {
            Verdict::Handled => {
                floor.errors_in_a_row = 0;
                Settled::Finished
            }
            Verdict::Collect(job) => Settled::Collect(job),
            Verdict::GoOn(job) => Settled::GoOn(job),
            Verdict::WithoutReceiver(_) | Verdict::Skipped(..) => Settled::Finished,
            Verdict::GivenUp(_, failure) => {
                floor.count_error(limit, failure.error);
                Settled::Finished
            }
            Verdict::Wait(waiting, failure) => {
                floor.count_error(limit, failure.error);
                Settled::Wait(waiting)
            }
            Verdict::Hold(waiting) => Settled::Wait(waiting),
            Verdict::Stop(job, failure) => {
                let stopped = ConsumeError::StoppedOnError { entry: job.entry.id, error: failure.error };
                floor.end.get_or_insert(stopped);
                Settled::Return
            }
            Verdict::EndWithRuntime(job, failure) => {
                let ended = ConsumeError::RuntimeEnded { entry: job.entry.id, error: failure.error };
                floor.end.get_or_insert(ended);
                Settled::Return
            }
        }
    }

    /// Notifies the coordinator and other lanes of the outcome of a message or a batch.
    fn settled(&self, floor: &mut Floor, lane: usize, is_news: bool) {
        if floor.end.is_some() {
            floor.in_flight.stop();
        }
        if is_news {
            self.share(floor, lane);
        }
        let in_flight = floor.in_flight.len();
        if is_news || floor.in_flight.must_store(lane) || in_flight == 0 || in_flight == floor.low {
            floor.has_news = true;
            self.news.notify_one();
        }
    }
}

/// Returns how much longer than the timeout a receiver may take.
fn grace(receiver: &ReceiverDefinition) -> Duration {
    if receiver.is_async() { TO_CANCEL } else { Duration::ZERO }
}

/// The results of a lane's work.
#[allow(clippy::large_enum_variant, reason = "it is moved once")]
enum Done {
    Message(Verdict),
    Batch(Vec<(Place, MessageEnd)>),
}

/// The next state of a message after its verdict was counted.
enum Settled {
    Finished,
    Collect(Job),
    GoOn(Job),
    Wait(Waiting),
    Return,
}
