//! The threads that run receivers. Each lane is one thread, which handles its messages one after another, in order.

use std::{
    hash::{BuildHasher, RandomState},
    io,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    batch_call::{Said, call_in_parts},
    calls::Calls,
    error::ConsumeError,
    floor::Floor,
    in_flight::{BatchEnd, Place, Task, Waiting},
    job::{AttemptOutcome, Job, Unavailable},
    options::{OnError, Options},
    verdict::Verdict,
};
use crate::{
    event_bus::{
        observe::{Observation, Observers, spawn},
        wire::{Entry, EntryId},
    },
    executor::Runtime,
    receiver::{BatchReceiver, ReceiverDefinition, ReceiverError},
    registry,
    signal::run_batch,
};

/// How long an async receiver may take to let go after its timeout. One that blocks its thread never does, and ends the consumer
/// like a synchronous one.
pub(super) const TO_CANCEL: Duration = Duration::from_secs(2);

/// All lanes of a consumer. Dropping this ends each thread as soon as it has finished its message.
pub(super) struct Lanes {
    shared: Arc<LaneState>,
    /// Makes numbers of keys.
    hash: RandomState,
}

struct LaneState {
    options: Options,
    receiver_timeout: Duration,
    observers: Observers,
    calls: Calls,
    floor: Mutex<Floor>,
    /// One per lane, notified when the lane has something to do.
    work: Vec<Condvar>,
    /// Notified when the coordinator has something to do.
    news: Condvar,
    /// Whether the receivers that succeed matter, which is rare: then messages have used up their attempts.
    counts_successes: AtomicBool,
}

impl Lanes {
    /// Starts the threads.
    pub(super) fn start(
        options: &Options,
        receiver_timeout: Duration,
        observers: &Observers,
    ) -> io::Result<Self> {
        let count = options.concurrency;
        let floor = Floor::new(options);
        let shared = Arc::new(LaneState {
            options: options.clone(),
            receiver_timeout,
            observers: observers.clone(),
            calls: Calls::new(count, receiver_timeout),
            floor: Mutex::new(floor),
            work: (0..count).map(|_| Condvar::new()).collect(),
            news: Condvar::new(),
            counts_successes: AtomicBool::new(false),
        });
        // If a thread cannot be started, dropping this ends the others.
        let lanes = Self { shared, hash: RandomState::new() };
        // Async receivers find the runtime in which the consumer was started.
        let runtime = Runtime::watched();
        for lane in 0..count {
            let (shared, runtime) = (Arc::clone(&lanes.shared), runtime.clone());
            spawn(format!("events-lane-{lane}"), move || runtime.with(|| shared.run(lane)))?;
        }
        Ok(lanes)
    }

    pub(super) fn floor(&self) -> MutexGuard<'_, Floor> {
        self.shared.floor()
    }

    pub(super) fn calls(&self) -> &Calls {
        &self.shared.calls
    }

    /// Returns the number of lanes.
    pub(super) fn len(&self) -> usize {
        self.shared.work.len()
    }

    /// Gives messages to their lanes, except those that are in flight already.
    pub(super) fn deal(&self, jobs: Vec<Job>) {
        let mut floor = self.floor();
        let mut dealt = vec![false; self.len()];
        for job in jobs {
            if let Some(lane) = floor.in_flight.receive(job) {
                dealt[lane] = true;
            }
        }
        // A thread that woke up earlier would only wait for the lock.
        let idle = floor.idle.iter_mut().zip(&dealt).map(|(idle, dealt)| *dealt && std::mem::take(idle));
        let idle: Vec<bool> = idle.collect();
        drop(floor);
        for (work, _) in self.shared.work.iter().zip(idle).filter(|(_, idle)| *idle) {
            work.notify_one();
        }
    }

    /// Drops messages that the broker revoked. Running ones end without a report.
    pub(super) fn revoke(&self, ids: &[EntryId]) {
        // Dropping a message may run a user's destructor, so it must not happen under the lock.
        let mut floor = self.floor();
        let dropped = floor.in_flight.revoke(ids);
        if dropped.iter().any(Job::is_probe) {
            floor.outages.try_another(Instant::now());
        }
        drop(floor);
        drop(dropped);
        self.wake_all(0..self.len());
    }

    pub(super) fn wake_all(&self, lanes: Range<usize>) {
        for lane in lanes {
            self.wake(self.floor(), lane);
        }
    }

    /// Wakes the lanes whose batches wait for messages that will not come.
    pub(super) fn flush(&self) {
        let mut floor = self.floor();
        if !floor.is_full() || floor.outages.is_paused() {
            return;
        }
        for lane in 0..self.len() {
            if floor.in_flight.collects(lane) && std::mem::take(&mut floor.idle[lane]) {
                self.shared.work[lane].notify_one();
            }
        }
    }

    /// Stops the lanes. Messages that they have not begun are returned.
    pub(super) fn stop(&self) {
        self.floor().in_flight.stop();
        for work in &self.shared.work {
            work.notify_one();
        }
    }

    /// Waits until a lane has news for the coordinator, or until `deadline`.
    pub(super) fn wait(&self, deadline: Instant) {
        let mut floor = self.floor();
        while !std::mem::take(&mut floor.has_news) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            floor = match self.shared.news.wait_timeout(floor, left) {
                Ok((floor, _)) => floor,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Wakes the thread of a lane if it waits.
    pub(super) fn wake(&self, mut floor: MutexGuard<'_, Floor>, lane: usize) {
        let is_idle = std::mem::take(&mut floor.idle[lane]);
        drop(floor);
        if is_idle {
            self.shared.work[lane].notify_one();
        }
    }

    /// Returns the number that stands for the key of a message; all messages without a key have the same. The key under which
    /// the broker stores the message counts before the key field of the definition.
    pub(super) fn key_of(&self, Entry { message, key, .. }: &Entry) -> u64 {
        if self.len() == 1 {
            // The order of the lane is the order of the topic.
            return 0;
        }
        let of_event = || {
            let definition = registry::get(message.event_type()?)?;
            definition.key_bytes(definition.key_field()?, message.event_data().ok()?)
        };
        self.hash.hash_one(key.as_deref().or_else(of_event))
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.stop();
    }
}

impl LaneState {
    fn floor(&self) -> MutexGuard<'_, Floor> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, lane: usize) {
        let mut floor = self.floor();
        loop {
            let Some(task) = floor.next(lane) else {
                if floor.in_flight.is_stopping() && !floor.in_flight.collects(lane) {
                    return;
                }
                floor = self.rest(floor, lane);
                continue;
            };
            floor.idle[lane] = false;
            drop(floor);
            let began = Instant::now();
            let done = match task {
                Task::Message(job) => Done::Message(self.attempt(lane, job)),
                Task::Batch(receiver, batch) => Done::Batch(self.call_batch(lane, receiver, batch)),
            };
            self.calls.end(lane);
            floor = self.floor();
            floor.busy += began.elapsed();
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

    /// Calls a batch receiver. Returns what becomes of each message.
    fn call_batch(
        &self,
        lane: usize,
        receiver: BatchReceiver,
        batch: Vec<(Place, Job)>,
    ) -> Vec<(Place, MessageEnd)> {
        let (places, mut jobs): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let counts_success = self.counts_successes.load(Ordering::Relaxed);
        for job in &mut jobs {
            job.succeeded = counts_success.then(Vec::new);
        }
        let definition = receiver.definition();
        let call = |range: Range<usize>| {
            let jobs = &jobs[range];
            let started = Instant::now();
            let items: Vec<_> = jobs.iter().filter_map(|job| job.batch_item(started)).collect();
            if let Some(first) = jobs.first() {
                self.calls.begin(lane, definition.full_name(), &first.entry.id, grace(definition));
            }
            run_batch(receiver, &items, self.receiver_timeout)
        };
        // The receiver is guarded by itself. Any other panic must not end the thread, and lose the messages with it.
        let said = catch_unwind(AssertUnwindSafe(|| call_in_parts(jobs.len(), call)));
        let said = said.unwrap_or_else(|payload| {
            let error = ReceiverError::panicked(payload).chain();
            jobs.iter().map(|_| Said::Outcome(Err(ReceiverError::new(error.clone())))).collect()
        });
        let mut is_paused = false;
        let mut end = |(mut job, said): (Job, Said)| match said {
            Said::Outcome(outcome) if outcome.is_ok() || !is_paused => {
                let outcome = job.end_batch(receiver, outcome, &self.observers);
                let verdict = self.judge(lane, job, outcome);
                is_paused |= matches!(verdict, Verdict::Hold(_));
                MessageEnd::Verdict(verdict)
            }
            // The first message that fails begins a pause. The others are tried again after it.
            Said::Outcome(_) | Said::Nothing => MessageEnd::Again(job),
        };
        places.into_iter().zip(jobs.into_iter().zip(said).map(&mut end)).collect()
    }

    /// Makes an attempt, and decides what happens to the message next.
    fn attempt(&self, lane: usize, mut job: Job) -> Verdict {
        let counts_success = job.is_probe() || self.counts_successes.load(Ordering::Relaxed);
        job.succeeded = counts_success.then(Vec::new);
        let begin = |receiver: &ReceiverDefinition, entry: &EntryId| {
            self.calls.begin(lane, receiver.full_name(), entry, grace(receiver));
        };
        // Each receiver is guarded by itself. Any other panic must not end the thread, and lose the message with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            job.run(&self.observers, &self.options, self.receiver_timeout, begin)
        }));
        let outcome = outcome.unwrap_or_else(|payload| {
            AttemptOutcome::Hopeless(job.failure_of(ReceiverError::panicked(payload).chain()))
        });
        self.judge(lane, job, outcome)
    }

    /// Decides what happens to a message after an attempt.
    fn judge(&self, lane: usize, job: Job, outcome: AttemptOutcome) -> Verdict {
        let was_probe = job.is_probe();
        let is_held = self.is_held(lane, &job, &outcome);
        if let AttemptOutcome::Failed(..) | AttemptOutcome::Hopeless(_) = &outcome
            && !(was_probe && is_held)
        {
            self.observers.tell(&Observation::Failed);
        }
        let verdict = if is_held { Verdict::hold(job) } else { Verdict::of(&self.options, job, outcome) };
        match &verdict {
            Verdict::WithoutReceiver(job) => {
                self.observers.tell(&Observation::WithoutReceiver { entry: &job.entry });
            }
            Verdict::Skipped(job, failure) => {
                self.observers.tell(&Observation::Skipped { entry: &job.entry, reason: Some(failure) });
            }
            Verdict::GivenUp(job, failure) => {
                self.observers.tell(&Observation::GivenUp { entry: &job.entry, failure });
            }
            Verdict::Handled
            | Verdict::Collect(_)
            | Verdict::Wait(..)
            | Verdict::Hold(_)
            | Verdict::Stop(..) => {}
        }
        verdict
    }

    /// Notes what an attempt says about outages. Returns whether the message waits for the end of one.
    fn is_held(&self, lane: usize, job: &Job, outcome: &AttemptOutcome) -> bool {
        let is_used_up =
            job.entry.attempt >= self.options.max_attempts && self.options.on_error != OnError::Stop;
        let succeeded = job.succeeded.as_deref().unwrap_or_default();
        let says_something = match outcome {
            AttemptOutcome::Unavailable(..) => true,
            AttemptOutcome::Failed(..) => is_used_up || job.is_probe() || !succeeded.is_empty(),
            _ => job.is_probe() || !succeeded.is_empty(),
        };
        if !says_something {
            return false;
        }
        let now = Instant::now();
        let mut floor = self.floor();
        let outages = &mut floor.outages;
        let is_held = match outcome {
            AttemptOutcome::Unavailable(_, unavailable) => {
                let Unavailable { receiver, error, wait } = &**unavailable;
                outages.unavailable(lane, *receiver, error, *wait, now);
                true
            }
            AttemptOutcome::Failed(failure, receivers) if is_used_up => {
                outages.use_up(lane, receivers, &failure.error, now)
            }
            _ => false,
        };
        if job.is_probe() && !is_held {
            outages.tried(succeeded, now);
        }
        outages.succeed(succeeded);
        self.counts_successes.store(outages.counts(), Ordering::Relaxed);
        let has_resumed = floor.follow_outages();
        drop(floor);
        if has_resumed {
            self.work.iter().for_each(Condvar::notify_one);
        }
        is_held
    }

    /// Wakes as many idle lanes as messages wait for this one, so that they take these over.
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
            Settled::Wait(waiting) => floor.in_flight.fail(lane, waiting),
            Settled::Return => floor.in_flight.give_back(lane),
        }
        self.settled(floor, lane, is_news);
    }

    /// Settles the messages of a batch. Returns those that the broker revoked meanwhile.
    fn settle_batch(&self, floor: &mut Floor, lane: usize, ends: Vec<(Place, MessageEnd)>) -> Vec<Verdict> {
        let (mut revoked, mut is_news) = (Vec::new(), false);
        let is_revoked = floor.in_flight.revoked_in_batch(lane);
        let ends = ends.into_iter().zip(is_revoked).map(|((place, end), is_revoked)| match end {
            MessageEnd::Again(job) if is_revoked => {
                revoked.push(Verdict::Collect(job));
                BatchEnd::Return
            }
            MessageEnd::Verdict(verdict) if is_revoked => {
                revoked.push(verdict);
                BatchEnd::Return
            }
            MessageEnd::Again(job) => BatchEnd::Again(job),
            MessageEnd::Verdict(verdict) => {
                is_news |= verdict.is_open() || matches!(verdict, Verdict::GivenUp(..));
                match self.count(floor, verdict) {
                    Settled::Finished => BatchEnd::Finished,
                    Settled::Collect(job) => BatchEnd::Collect(place, job),
                    Settled::Wait(waiting) => BatchEnd::Wait(waiting),
                    Settled::Return => BatchEnd::Return,
                }
            }
        });
        let ends = ends.collect();
        floor.in_flight.end_batch(lane, ends);
        self.settled(floor, lane, is_news || floor.in_flight.len() <= floor.low);
        revoked
    }

    /// Counts a message that is settled, or a failure.
    fn count(&self, floor: &mut Floor, verdict: Verdict) -> Settled {
        let limit = self.options.consecutive_errors_limit;
        let is_settled = !verdict.is_open() && !matches!(verdict, Verdict::Skipped(..) | Verdict::Collect(_));
        floor.settled += u64::from(is_settled);
        match verdict {
            Verdict::Handled => {
                floor.errors_in_a_row = 0;
                Settled::Finished
            }
            Verdict::Collect(job) => Settled::Collect(job),
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
        }
    }

    /// Tells the coordinator and other lanes what is new after a message or a batch.
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

/// What a lane has done.
#[allow(clippy::large_enum_variant, reason = "it is moved once")]
enum Done {
    Message(Verdict),
    Batch(Vec<(Place, MessageEnd)>),
}

/// What becomes of a message of a batch.
enum MessageEnd {
    Verdict(Verdict),
    /// It is tried again, as if it had not been tried.
    Again(Job),
}

/// The way of a message after its verdict was counted.
enum Settled {
    Finished,
    Collect(Job),
    Wait(Waiting),
    Return,
}
