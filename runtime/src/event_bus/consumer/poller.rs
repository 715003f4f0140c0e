//! The thread that polls while nothing is in flight, and that leaves the group at the end, so that a stop does not wait for a
//! broker that hangs.

#[cfg(test)]
mod tests;

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc::{Receiver, SendError, Sender, channel},
    time::{Duration, Instant},
};

use super::stop::{OnStop, Stop};
use crate::event_bus::{
    broker::{BusError, EventBusConsumer, Polled, Waker},
    observe::{Observation, Observers, spawn},
    wire::{Entry, EntryId, Failure},
};

/// How long a poll may go on after a stop. It is longer than the slice of a broker that cannot be woken; a stop still ends
/// the run within a second.
const GRACE: Duration = Duration::from_millis(600);
/// How long leaving the group may take after a stop that did not wait for the broker.
const LATE: Duration = Duration::from_secs(5);

/// The log message about a member that could not leave its group.
pub(super) const CLOSING: &str = "the consumer could not leave its group in an orderly way";

/// Calls the broker, and stops waiting for it after a stop.
pub(super) struct Poller {
    /// `None` during a poll on the other thread, and for good after a stop that did not wait for it.
    consumer: Option<Box<dyn EventBusConsumer>>,
    waker: Option<Waker>,
    questions: Sender<Question>,
    news: Receiver<News>,
    /// Sends a signal when the consumer is stopped.
    _on_stop: OnStop,
}

struct Question {
    consumer: Box<dyn EventBusConsumer>,
    call: Call,
}

enum Call {
    Poll { acknowledge: Vec<EntryId>, max: usize, wait: Duration },
    Close { deadline: Instant },
}

enum News {
    Answer(Box<dyn EventBusConsumer>, Result<Polled, BusError>),
    Closed(Result<(), BusError>),
    Panic(Box<dyn Any + Send>),
    Stop,
}

impl Poller {
    pub(super) fn start(
        consumer: Box<dyn EventBusConsumer>,
        stop: &Stop,
        observers: &Observers,
    ) -> io::Result<Self> {
        let (questions, asked) = channel::<Question>();
        let (answer, news) = channel();
        let stopped = answer.clone();
        let observers = observers.clone();
        spawn("events-bus".to_owned(), move || {
            for question in asked {
                question.ask(&answer, &observers);
            }
        })?;
        let on_stop = stop.on_stop(move || drop(stopped.send(News::Stop)));
        let waker = consumer.waker();
        Ok(Self { consumer: Some(consumer), waker, questions, news, _on_stop: on_stop })
    }

    pub(super) fn can_be_woken(&self) -> bool {
        self.waker.is_some()
    }

    /// Polls without waiting.
    pub(super) fn poll(&mut self, acknowledge: &[EntryId], max: usize) -> Result<Polled, BusError> {
        self.consumer()?.poll(acknowledge, max, Duration::ZERO)
    }

    /// Polls until an entry arrives, `wait` is over, or the consumer is stopped. If the broker does not answer after a stop,
    /// this returns nothing, and every later call fails.
    pub(super) fn wait(
        &mut self,
        acknowledge: &[EntryId],
        max: usize,
        wait: Duration,
    ) -> Result<Polled, BusError> {
        self.ask(Call::Poll { acknowledge: acknowledge.to_vec(), max, wait })?;
        let mut news = self.news.recv().map_err(|_| no_answer())?;
        if matches!(news, News::Stop) {
            if let Some(wake) = &self.waker {
                wake();
            }
            let deadline = Instant::now() + GRACE;
            while matches!(news, News::Stop) {
                let left = deadline.saturating_duration_since(Instant::now());
                let Ok(next) = self.news.recv_timeout(left) else {
                    tracing::warn!(
                        "the event bus does not answer, so the consumer ends without waiting for it: the messages that \
                         were finished last may be delivered again"
                    );
                    // The other thread gives back the entries that still arrive.
                    self.news = channel().1;
                    return Ok(Polled::default());
                };
                news = next;
            }
        }
        match news {
            News::Answer(consumer, polled) => {
                self.consumer = Some(consumer);
                polled
            }
            News::Panic(payload) => resume_unwind(payload),
            News::Closed(_) | News::Stop => Err(no_answer()),
        }
    }

    /// Leaves the group. Every later call fails. If the broker does not answer in time, this does not wait for it. After a stop
    /// that did not wait for the broker, the other thread leaves the group.
    pub(super) fn close(&mut self, deadline: Instant) -> Result<(), BusError> {
        if self.consumer.is_none() {
            return Ok(());
        }
        self.ask(Call::Close { deadline })?;
        let last = deadline + GRACE;
        loop {
            match self.news.recv_timeout(last.saturating_duration_since(Instant::now())) {
                Ok(News::Closed(outcome)) => return outcome,
                Ok(News::Panic(payload)) => resume_unwind(payload),
                Ok(News::Answer(..) | News::Stop) => {}
                Err(_) => return Err(no_answer()),
            }
        }
    }

    fn ask(&mut self, call: Call) -> Result<(), BusError> {
        let consumer = self.consumer.take().ok_or_else(no_answer)?;
        self.questions.send(Question { consumer, call }).map_err(|_| no_answer())
    }

    /// Begins to read the entries of the next poll. Returns how many may come.
    pub(super) fn read_ahead(&mut self, max: usize) -> Result<usize, BusError> {
        self.consumer()?.read_ahead(max)
    }

    pub(super) fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        self.consumer()?.hold(entries)
    }

    pub(super) fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        self.consumer()?.dead_letter(entry, failure)
    }

    pub(super) fn at_risk(&mut self) -> Result<Option<String>, BusError> {
        self.consumer()?.at_risk()
    }

    fn consumer(&mut self) -> Result<&mut Box<dyn EventBusConsumer>, BusError> {
        self.consumer.as_mut().ok_or_else(no_answer)
    }
}

fn no_answer() -> BusError {
    BusError::transient("the event bus does not answer")
}

impl Question {
    fn ask(self, answer: &Sender<News>, observers: &Observers) {
        let Self { mut consumer, call } = self;
        let called = catch_unwind(AssertUnwindSafe(|| match call {
            Call::Poll { acknowledge, max, wait } => {
                let polled = consumer.poll(&acknowledge, max, wait);
                News::Answer(consumer, polled)
            }
            Call::Close { deadline } => {
                let closed = consumer.close(deadline);
                // A member is gone when its consumer has ended.
                drop(consumer);
                News::Closed(closed)
            }
        }));
        if let Err(SendError(News::Answer(consumer, polled))) =
            answer.send(called.unwrap_or_else(News::Panic))
        {
            leave_late(consumer, &polled.unwrap_or_default(), observers);
        }
    }
}

/// Gives back entries that arrived after the consumer had ended, and leaves the group.
fn leave_late(mut consumer: Box<dyn EventBusConsumer>, polled: &Polled, observers: &Observers) {
    for lost in &polled.lost {
        observers.tell(&Observation::Lost(lost));
    }
    let failed = |doing, error: BusError| {
        observers.tell(&Observation::BrokerFailed { doing, error: &error, is_new: true });
    };
    let entries: Vec<_> =
        polled.entries.iter().map(|entry| (entry.id.clone(), entry.attempt.saturating_sub(1))).collect();
    if !entries.is_empty()
        && let Err(error) = consumer.hold(&entries)
    {
        failed("entries that arrived after the stop could not be returned", error);
    }
    if let Err(error) = consumer.close(Instant::now() + LATE) {
        failed(CLOSING, error);
    }
}
