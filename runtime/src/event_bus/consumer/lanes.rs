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
    calls::Calls,
    error::ConsumeError,
    floor::Floor,
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
    receiver::{ReceiverDefinition, ReceiverError},
    registry,
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
        while !floor.in_flight.is_stopping() {
            match floor.in_flight.start(lane) {
                Some(job) => {
                    floor.idle[lane] = false;
                    drop(floor);
                    let verdict = self.attempt(lane, job);
                    self.calls.end(lane);
                    floor = self.floor();
                    if floor.in_flight.forget_revoked(lane) {
                        floor.has_news = true;
                        self.news.notify_one();
                        drop(floor);
                        drop(verdict);
                        floor = self.floor();
                    } else {
                        self.settle(&mut floor, lane, verdict);
                    }
                }
                None => {
                    floor.idle[lane] = true;
                    floor = self.work[lane].wait(floor).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Makes an attempt, and decides what happens to the message next.
    fn attempt(&self, lane: usize, mut job: Job) -> Verdict {
        let counts_success = job.is_probe() || self.counts_successes.load(Ordering::Relaxed);
        job.succeeded = counts_success.then(Vec::new);
        let begin = |receiver: &ReceiverDefinition, entry: &EntryId| {
            let grace = if receiver.is_async() { TO_CANCEL } else { Duration::ZERO };
            self.calls.begin(lane, receiver.full_name(), entry, grace);
        };
        // Each receiver is guarded by itself. Any other panic must not end the thread, and lose the message with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            job.run(&self.observers, &self.options, self.receiver_timeout, begin)
        }));
        let outcome = outcome.unwrap_or_else(|payload| {
            AttemptOutcome::Hopeless(job.failure_of(ReceiverError::panicked(payload).chain()))
        });
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
            Verdict::Handled | Verdict::Wait(..) | Verdict::Hold(_) | Verdict::Stop(..) => {}
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
        let limit = self.options.consecutive_errors_limit;
        let is_open = matches!(verdict, Verdict::Wait(..) | Verdict::Hold(_) | Verdict::Stop(..));
        let is_news = is_open || matches!(verdict, Verdict::GivenUp(..));
        floor.settled += u64::from(!is_open && !matches!(verdict, Verdict::Skipped(..)));
        match verdict {
            Verdict::Handled => {
                floor.errors_in_a_row = 0;
                floor.in_flight.succeed(lane);
            }
            Verdict::WithoutReceiver(_) | Verdict::Skipped(..) => floor.in_flight.succeed(lane),
            Verdict::GivenUp(_, failure) => {
                floor.count_error(limit, failure.error);
                floor.in_flight.succeed(lane);
            }
            Verdict::Wait(waiting, failure) => {
                floor.in_flight.fail(lane, waiting);
                floor.count_error(limit, failure.error);
            }
            Verdict::Hold(waiting) => floor.in_flight.fail(lane, waiting),
            Verdict::Stop(job, failure) => {
                floor.in_flight.give_back(lane);
                let stopped = ConsumeError::StoppedOnError { entry: job.entry.id, error: failure.error };
                floor.end.get_or_insert(stopped);
            }
        }
        if floor.end.is_some() {
            floor.in_flight.stop();
        }
        if is_open {
            self.share(floor, lane);
        }
        let in_flight = floor.in_flight.len();
        if is_news || floor.in_flight.must_store(lane) || in_flight == 0 || in_flight == floor.low {
            floor.has_news = true;
            self.news.notify_one();
        }
    }
}
