//! Delivery for futures: one thread of the producer waits for the bus, so that no thread of an executor does.

use std::{
    collections::VecDeque,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use super::{
    Deliver, ObservedProducer,
    error::{ProduceError, Undelivered},
};
use crate::{
    error::chain,
    event_bus::{broker::BusError, observe::spawn, wire::Envelope},
    receiver::ReceiverError,
};

/// The largest number of messages, and the largest number of bytes, in one call of the bus. A single send may be larger.
const BATCH: (usize, usize) = (500, 1 << 20);

/// The sends of futures. Dropping this ends the thread as soon as it has delivered them.
pub(super) struct Awaited {
    shared: Arc<Shared>,
    deliver: Arc<Deliver>,
    timeout: Duration,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Notified when a send is added or the queue ends.
    added: Condvar,
    /// Notified when the thread has settled sends.
    settled: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Sending>,
    /// The sends that the bus is working on.
    abroad: Vec<(Arc<Answer>, Vec<Envelope>)>,
    is_started: bool,
    ended: bool,
}

/// A send whose future waits, unless it was cancelled.
struct Sending {
    envelopes: Vec<Envelope>,
    deadline: Instant,
    answer: Arc<Answer>,
}

impl Sending {
    fn fail(&self, error: &BusError) {
        let undelivered = self
            .envelopes
            .iter()
            .map(|envelope| Undelivered { envelope: envelope.clone(), error: error.clone() });
        self.answer.set(ProduceError::of(undelivered.collect(), 0));
    }
}

/// The outcome of a send, and the task that waits for it.
#[derive(Default)]
struct Answer(Mutex<Slot>);

#[derive(Default)]
struct Slot {
    outcome: Option<Result<(), ProduceError>>,
    waker: Option<Waker>,
}

impl Answer {
    fn set(&self, outcome: Result<(), ProduceError>) {
        let mut answer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answer.outcome = Some(outcome);
        let waker = answer.waker.take();
        drop(answer);
        if let Some(waker) = waker {
            // A waker is code of the executor. Its panic must not end the thread.
            let woken = catch_unwind(AssertUnwindSafe(|| waker.wake()));
            if let Err(payload) = woken {
                tracing::error!(
                    error = ReceiverError::panicked(payload).chain(),
                    "an executor panicked when it was woken"
                );
            }
        }
    }
}

/// Ends with the outcome of a send.
pub(super) struct Waiting(Arc<Answer>);

impl Future for Waiting {
    type Output = Result<(), ProduceError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut answer = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = answer.outcome.take() {
            return Poll::Ready(outcome);
        }
        let before = answer.waker.replace(context.waker().clone());
        drop(answer);
        drop(before);
        Poll::Pending
    }
}

impl Awaited {
    pub(super) fn new(deliver: Arc<Deliver>, timeout: Duration) -> Self {
        Self { shared: Arc::default(), deliver, timeout }
    }

    /// Delivers `envelopes`, even if the future is dropped.
    pub(super) fn deliver(&self, envelopes: Vec<Envelope>, deadline: Instant) -> Waiting {
        let answer = Arc::new(Answer::default());
        let sending = Sending { envelopes, deadline, answer: Arc::clone(&answer) };
        let mut queue = self.shared.queue();
        if let Err(error) = self.start(&mut queue) {
            drop(queue);
            sending.fail(&error);
        } else {
            queue.waiting.push_back(sending);
            drop(queue);
            self.shared.added.notify_one();
        }
        Waiting(answer)
    }

    /// Starts the thread, with the first send.
    fn start(&self, queue: &mut Queue) -> Result<(), BusError> {
        if queue.is_started {
            return Ok(());
        }
        let (shared, deliver, timeout) = (Arc::clone(&self.shared), Arc::clone(&self.deliver), self.timeout);
        spawn("events-awaited".to_owned(), move || shared.run(&deliver, timeout))
            .map_err(|error| BusError::permanent("cannot start a thread").with_source(error))?;
        queue.is_started = true;
        Ok(())
    }

    /// Waits until everything is delivered. Returns the messages that are left at `deadline` and whose sender was cancelled;
    /// other senders get theirs back.
    pub(super) fn flush(&self, deadline: Instant) -> Vec<Undelivered> {
        let mut queue = self.shared.queue();
        while !(queue.waiting.is_empty() && queue.abroad.is_empty()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.shared.settled.wait_timeout(queue, left);
            queue = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(queue, _)| queue);
        }
        // The thread and the queue own the answer. If no future owns it as well, the send was cancelled.
        let is_cancelled = |answer: &Arc<Answer>, owners| Arc::strong_count(answer) <= owners;
        let (cancelled, others): (VecDeque<_>, _) =
            mem::take(&mut queue.waiting).into_iter().partition(|sending| is_cancelled(&sending.answer, 1));
        queue.waiting = others;
        let abroad = queue.abroad.iter().filter(|(answer, _)| is_cancelled(answer, 2));
        let abroad: Vec<Envelope> = abroad.flat_map(|(_, envelopes)| envelopes.clone()).collect();
        drop(queue);
        let late = BusError::transient("not sent in time");
        let waiting = cancelled.into_iter().flat_map(|sending| sending.envelopes);
        let all = abroad.into_iter().chain(waiting);
        all.map(|envelope| Undelivered { envelope, error: late.clone() }).collect()
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.shared.queue().ended = true;
        self.shared.added.notify_one();
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, deliver: &Deliver, timeout: Duration) {
        while let Some(batch) = self.take(timeout) {
            // The bus is guarded; a panic of anything else must not end the thread.
            let delivered = catch_unwind(AssertUnwindSafe(|| send(deliver, &batch)));
            if let Err(payload) = delivered {
                let error = BusError::refused(chain(&ReceiverError::panicked(payload)));
                for sending in &batch {
                    sending.fail(&error);
                }
            }
            self.queue().abroad.clear();
            self.settled.notify_all();
        }
    }

    /// Waits for sends, and takes as many as one call of the bus sends. Returns `None` at the end.
    fn take(&self, timeout: Duration) -> Option<Vec<Sending>> {
        let mut queue = self.queue();
        while queue.waiting.is_empty() {
            if queue.ended {
                return None;
            }
            queue = self.added.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        // A call ends with the earliest deadline of its sends, so that no send exceeds its own. No send loses more than a quarter
        // of its time because of that.
        let latest = queue.waiting.front().map(|first| first.deadline + timeout / 4);
        let (mut count, mut bytes) = (0, 0);
        let fits = |sending: &&Sending| {
            count += sending.envelopes.len();
            bytes += sending.envelopes.iter().map(|envelope| envelope.message.size()).sum::<usize>();
            count <= BATCH.0 && bytes <= BATCH.1 && Some(sending.deadline) <= latest
        };
        let fitting = queue.waiting.iter().take_while(fits).count().max(1);
        let batch: Vec<Sending> = queue.waiting.drain(..fitting).collect();
        queue.abroad =
            batch.iter().map(|sending| (Arc::clone(&sending.answer), sending.envelopes.clone())).collect();
        Some(batch)
    }
}

fn send(deliver: &Deliver, batch: &[Sending]) {
    match deliver {
        Deliver::Wait(producer) => wait(producer, batch),
        // The queue of background delivery was full.
        Deliver::Background(background) => {
            for Sending { envelopes, deadline, answer } in batch {
                let outcomes =
                    envelopes.iter().map(|envelope| background.add(envelope.clone(), *deadline)).collect();
                answer.set(ProduceError::check(envelopes.clone(), outcomes));
            }
        }
    }
}

/// Sends a batch in one call of the bus.
fn wait(producer: &ObservedProducer, batch: &[Sending]) {
    let Some(deadline) = batch.iter().map(|sending| sending.deadline).min() else { return };
    let envelopes: Vec<Envelope> =
        batch.iter().flat_map(|sending| sending.envelopes.iter().cloned()).collect();
    let mut outcomes = producer.send(&envelopes, deadline).into_iter();
    for Sending { envelopes, answer, .. } in batch {
        let outcomes = outcomes.by_ref().take(envelopes.len()).zip(envelopes);
        let outcomes = outcomes.map(|(outcome, envelope)| producer.settled(envelope, outcome)).collect();
        answer.set(ProduceError::check(envelopes.clone(), outcomes));
    }
}
