//! A lane: a thread that handles messages one after the other, in order.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc::Sender},
    thread,
    time::{Duration, Instant},
};

use super::job::{Job, Outcome};
use crate::{
    event_bus::{
        observe::Observer,
        wire::{dead_letter::Failure, entry::EntryId},
    },
    receiver::{FullName, ReceiverDefinition, ReceiverError},
};

/// What a lane's thread and the coordinator both see.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something for the thread to do.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What was not begun.
    queue: VecDeque<Job>,
    /// When no more than so many are left, the coordinator is to look for others.
    low: usize,
    /// What the thread has in hand.
    current: Option<Current>,
    done: Vec<Done>,
    /// The message that did not succeed. Nothing is begun before the coordinator says what becomes of it.
    failed: Option<(Job, Outcome)>,
    paused: bool,
    ended: bool,
    /// Whether the thread waits: to wake it up is a system call.
    is_idle: bool,
}

/// A message that needs nothing more but to be acknowledged.
pub(super) struct Done {
    pub(super) id: EntryId,
    /// The event type, where no receiver took it.
    pub(super) without_receiver: Option<String>,
}

struct Current {
    entry: EntryId,
    /// The receiver that has it, and since when.
    receiver: Option<Running>,
}

struct Running {
    name: FullName,
    since: Instant,
}

/// A message that waits.
pub(super) struct Waiting {
    pub(super) at: Instant,
    pub(super) job: Job,
    pub(super) step: NextStep,
}

/// What a message waits for.
pub(super) enum NextStep {
    /// Another attempt.
    Attempt,
    /// To be put among the dead letters.
    DeadLetter(Failure),
}

/// A lane, as the coordinator sees it.
pub(super) struct Lane {
    /// The message that failed last. Nothing overtakes it.
    pub(super) waiting: Option<Waiting>,
    shared: Arc<Shared>,
}

impl Lane {
    /// Starts the thread, which uses `wake` when it has failed, or has only half of its messages left, or none.
    pub(super) fn start(
        number: usize,
        wake: Sender<()>,
        span: tracing::Span,
        observer: Observer,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name(format!("events-lane-{number}")).spawn(move || {
            let _entered = span.entered();
            theirs.run(&wake, &observer);
        })?;
        Ok(Self { waiting: None, shared })
    }

    /// Adds a message behind the others.
    pub(super) fn push(&self, job: Job) {
        let mut state = self.shared.state();
        state.queue.push_back(job);
        state.low = state.queue.len() / 2;
        let is_idle = std::mem::take(&mut state.is_idle);
        drop(state);
        if is_idle {
            self.shared.changed.notify_one();
        }
    }

    /// Goes on after a failure: with `job`, where it is to be tried again.
    pub(super) fn resume(&self, job: Option<Job>) {
        let mut state = self.shared.state();
        if let Some(job) = job {
            state.queue.push_front(job);
        }
        state.paused = false;
        drop(state);
        self.shared.changed.notify_one();
    }

    /// Takes what was finished, and what failed, since this was last asked.
    pub(super) fn take(&self) -> (Vec<Done>, Option<(Job, Outcome)>) {
        let mut state = self.shared.state();
        (std::mem::take(&mut state.done), state.failed.take())
    }

    /// Takes what was not begun; nothing further is.
    pub(super) fn halt(&self) -> VecDeque<Job> {
        let mut state = self.shared.state();
        state.ended = true;
        let queue = std::mem::take(&mut state.queue);
        drop(state);
        self.shared.changed.notify_one();
        queue
    }

    /// What the thread has in hand.
    pub(super) fn in_hand(&self) -> Option<EntryId> {
        self.shared.state().current.as_ref().map(|current| current.entry.clone())
    }

    /// The receiver that has had its message for longer than `timeout`, and the message.
    pub(super) fn overdue(&self, timeout: Duration) -> Option<(String, EntryId)> {
        let state = self.shared.state();
        let Current { entry, receiver } = state.current.as_ref()?;
        let receiver = receiver.as_ref().filter(|receiver| receiver.since.elapsed() > timeout)?;
        Some((receiver.name.to_string(), entry.clone()))
    }
}

/// The thread ends when it has finished what it has in hand.
impl Drop for Lane {
    fn drop(&mut self) {
        self.halt();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, wake: &Sender<()>, observer: &Observer) {
        while let Some(job) = self.next() {
            let id = job.entry.id.clone();
            let failed = self.handle(job, observer);
            let mut state = self.state();
            state.current = None;
            match failed {
                Ok(without_receiver) => state.done.push(Done { id, without_receiver }),
                Err(failed) => {
                    state.failed = Some(*failed);
                    state.paused = true;
                }
            }
            let is_low = state.paused || state.queue.is_empty() || state.queue.len() == state.low;
            drop(state);
            // Nobody listens any more where the coordinator has gone.
            if is_low && wake.send(()).is_err() {
                return;
            }
        }
    }

    /// The next message, when there is one; `None` at the end.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.ended {
                return None;
            }
            if !state.paused
                && let Some(job) = state.queue.pop_front()
            {
                state.current = Some(Current { entry: job.entry.id.clone(), receiver: None });
                state.is_idle = false;
                return Some(job);
            }
            state.is_idle = true;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes an attempt. The event type is returned where no receiver took the message.
    fn handle(&self, mut job: Job, observer: &Observer) -> Result<Option<String>, Box<(Job, Outcome)>> {
        let begin = |receiver: &ReceiverDefinition| {
            if let Some(current) = &mut self.state().current {
                current.receiver = Some(Running { name: receiver.full_name(), since: Instant::now() });
            }
        };
        // Receivers are guarded one by one; whatever else panics is not to end the thread, and the message with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| job.run(observer, begin)));
        match outcome {
            Ok(Outcome::Handled) => Ok(None),
            Ok(Outcome::NoReceiver) => Ok(job.entry.message.event_type().map(str::to_owned)),
            Ok(outcome) => Err(Box::new((job, outcome))),
            Err(payload) => {
                let failure = job.failure_of(ReceiverError::panicked(payload).chain());
                Err(Box::new((job, Outcome::Unusable(failure))))
            }
        }
    }
}
