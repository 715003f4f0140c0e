//! A lane: a thread that handles messages one after the other, in order.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    job::{Job, Outcome},
    observer::Observer,
};
use crate::{event_bus::bus::EntryId, receiver::ReceiverDefinition};

/// What a lane's thread and the coordinator both see.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Nothing further is to be begun.
    halt: AtomicBool,
}

#[derive(Default)]
struct State {
    done: Vec<Done>,
    current: Option<Current>,
}

/// A message that needs nothing more but to be acknowledged.
pub(super) struct Done {
    pub(super) id: EntryId,
    /// The event type, where no receiver took it.
    pub(super) without_receiver: Option<String>,
}

/// What a lane's thread is doing.
struct Current {
    entry: EntryId,
    receiver: &'static str,
    module: &'static str,
    since: Instant,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a thread says when it has no more to do.
pub(super) struct Report {
    pub(super) lane: usize,
    /// The message that did not succeed.
    pub(super) failed: Option<(Job, Outcome)>,
    /// Messages that were not begun.
    pub(super) rest: VecDeque<Job>,
}

/// A lane, as the coordinator sees it.
pub(super) struct Lane {
    pub(super) queue: VecDeque<Job>,
    /// A message that is to be tried again, and when. Nothing overtakes it.
    pub(super) retry: Option<(Instant, Job)>,
    pub(super) busy: bool,
    shared: Arc<Shared>,
    work: Sender<VecDeque<Job>>,
}

impl Lane {
    /// Starts the thread.
    pub(super) fn start(
        number: usize,
        reports: Sender<Report>,
        span: tracing::Span,
        observer: Observer,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (work, jobs) = channel();
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name(format!("events-lane-{number}")).spawn(move || {
            let _entered = span.entered();
            run(number, &theirs, &jobs, &reports, &observer);
        })?;
        Ok(Self { queue: VecDeque::new(), retry: None, busy: false, shared, work })
    }

    /// Hands over what is to be done.
    pub(super) fn begin(&mut self, jobs: VecDeque<Job>) {
        // The thread ends when this end of the channel is dropped, and not before.
        self.busy = self.work.send(jobs).is_ok();
    }

    /// Messages that were finished since this was last asked.
    pub(super) fn take_done(&self) -> Vec<Done> {
        std::mem::take(&mut self.shared.state().done)
    }

    /// Nothing further is begun.
    pub(super) fn halt(&self) {
        self.shared.halt.store(true, Ordering::Release);
    }

    /// The receiver that has had its message for longer than `timeout`, and the message.
    pub(super) fn overdue(&self, timeout: Duration) -> Option<(String, EntryId)> {
        let state = self.shared.state();
        let current = state.current.as_ref().filter(|current| current.since.elapsed() > timeout)?;
        let receiver = match current.module {
            "" => current.receiver.to_owned(),
            module => format!("{module}::{}", current.receiver),
        };
        Some((receiver, current.entry.clone()))
    }
}

fn run(
    lane: usize,
    shared: &Shared,
    work: &Receiver<VecDeque<Job>>,
    reports: &Sender<Report>,
    observer: &Observer,
) {
    while let Ok(mut jobs) = work.recv() {
        let mut failed = None;
        while let Some(mut job) = jobs.pop_front() {
            if shared.halt.load(Ordering::Acquire) {
                jobs.push_front(job);
                break;
            }
            let entry = job.entry.id.clone();
            let begin = |receiver: &ReceiverDefinition| {
                shared.state().current = Some(Current {
                    entry: entry.clone(),
                    receiver: receiver.name(),
                    module: receiver.module_path(),
                    since: Instant::now(),
                });
            };
            let outcome = job.run(observer, begin);
            let mut state = shared.state();
            state.current = None;
            let without_receiver = match outcome {
                Outcome::Handled => None,
                Outcome::NoReceiver => job.entry.message.event_type().map(str::to_owned),
                outcome => {
                    drop(state);
                    failed = Some((job, outcome));
                    break;
                }
            };
            state.done.push(Done { id: entry, without_receiver });
        }
        if reports.send(Report { lane, failed, rest: jobs }).is_err() {
            return;
        }
    }
}
