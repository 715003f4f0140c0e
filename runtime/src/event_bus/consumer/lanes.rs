//! The threads that run receivers. Each lane is one thread, which handles its messages one after another, in order.

use std::{
    hash::{BuildHasher, RandomState},
    io,
    ops::Range,
    sync::{Arc, Condvar, Mutex, MutexGuard, atomic::AtomicBool},
    time::{Duration, Instant},
};

use super::{calls::Calls, floor::Floor, job::Job, lane::LaneState, options::Options};
use crate::{
    event_bus::{
        observe::{Observers, spawn},
        wire::{Entry, EntryId},
    },
    executor::Runtime,
    registry,
};

/// All lanes of a consumer. Dropping this ends each thread as soon as it has finished its message.
pub(super) struct Lanes {
    shared: Arc<LaneState>,
    /// Makes numbers of keys.
    hash: RandomState,
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
        let runtime = Runtime::current();
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
        self.notify();
    }

    fn notify(&self) {
        for work in &self.shared.work {
            work.notify_one();
        }
    }

    /// Waits until a lane needs the coordinator, or until `deadline`.
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

/// Ends the threads. After an orderly stop, they have nothing left; after a panic of the bus, nothing may run for a consumer that
/// cannot acknowledge.
impl Drop for Lanes {
    fn drop(&mut self) {
        // Dropping a message may run a user's destructor, so it must not happen under the lock.
        let abandoned = self.floor().in_flight.abandon();
        drop(abandoned);
        self.notify();
    }
}
