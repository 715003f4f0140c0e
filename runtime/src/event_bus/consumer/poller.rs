//! The thread that polls while nothing is in flight, and that leaves the group at the end, so that a stop does not wait for a
//! broker that hangs.

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

/// What failed if a member could not leave its group.
pub(super) const CLOSING: &str = "the consumer could not leave its group in an orderly way";

/// Calls the broker, and stops waiting for it after a stop.
pub(super) struct Poller {
    /// `None` during a poll on the other thread, and for good after a stop that did not wait for it.
    consumer: Option<Box<dyn EventBusConsumer>>,
    waker: Option<Waker>,
    questions: Sender<Question>,
    news: Receiver<News>,
    /// Sends news when the consumer is stopped.
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
    let failed = |doing, error: BusError| observers.tell(&Observation::BrokerFailed { doing, error: &error });
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::event_bus::wire::Message;

    type Held = Arc<Mutex<Vec<(EntryId, u32)>>>;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// A bus that hangs until the test lets it go, and then has an entry.
    struct Hanging {
        let_go: Receiver<()>,
        held: Held,
        /// Told of each close.
        closed: Sender<()>,
    }

    impl EventBusConsumer for Hanging {
        fn poll(&mut self, _: &[EntryId], _: usize, _: Duration) -> Result<Polled, BusError> {
            self.let_go.recv().expect("the test lets it go");
            let entry = Entry::new(EntryId::new("1-1"), Message::builder().build(), 3);
            let mut answer = Polled::default();
            answer.entries.push(entry);
            Ok(answer)
        }

        fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
            self.held.lock().unwrap().extend_from_slice(entries);
            Ok(())
        }

        fn dead_letter(&mut self, _: &Entry, _: &Failure) -> Result<(), BusError> {
            Err(no_answer())
        }

        fn close(&mut self, _: Instant) -> Result<(), BusError> {
            let _ = self.closed.send(());
            self.let_go.recv().map_err(|_| no_answer())
        }
    }

    struct Hung {
        poller: Poller,
        let_go: Sender<()>,
        held: Held,
        closed: Receiver<()>,
    }

    fn hanging(stop: &Stop) -> Hung {
        let ((let_go, gone), (close, closed), held) = (channel(), channel(), Held::default());
        let consumer = Hanging { let_go: gone, held: Arc::clone(&held), closed: close };
        let poller = Poller::start(Box::new(consumer), stop, &Observers::new([])).unwrap();
        Hung { poller, let_go, held, closed }
    }

    #[test]
    fn a_stop_does_not_wait_for_a_bus_that_hangs() {
        let stop = Stop::new();
        let Hung { mut poller, let_go, held, closed } = hanging(&stop);
        stop.stop();
        let started = Instant::now();
        let answer = poller.wait(&[], 10, Duration::from_secs(50)).unwrap();
        assert!(answer.entries.is_empty() && started.elapsed() < Duration::from_secs(5));
        assert!(poller.hold(&[]).is_err() && poller.wait(&[], 10, Duration::ZERO).is_err());
        poller.close(Instant::now()).expect("the other thread leaves the group");
        assert!(closed.try_recv().is_err(), "the poll has not ended");
        let_go.send(()).unwrap();
        closed.recv_timeout(PATIENCE).expect("the group is left after the poll");
        assert_eq!(*held.lock().unwrap(), [(EntryId::new("1-1"), 2)], "the attempt had not begun");
    }

    #[test]
    fn entries_that_arrive_soon_after_a_stop_are_returned() {
        let stop = Stop::new();
        let Hung { mut poller, let_go, held, closed: _closed } = hanging(&stop);
        let_go.send(()).unwrap();
        stop.stop();
        assert_eq!(poller.wait(&[], 10, Duration::from_secs(50)).unwrap().entries.len(), 1);
        poller.hold(&[(EntryId::new("1-1"), 2)]).unwrap();
        assert_eq!(held.lock().unwrap().len(), 1);
    }

    #[test]
    fn leaving_the_group_does_not_wait_for_a_bus_that_hangs() {
        let Hung { mut poller, let_go, held: _held, closed } = hanging(&Stop::new());
        let started = Instant::now();
        assert!(poller.close(started + Duration::from_millis(50)).unwrap_err().is_transient());
        assert!(started.elapsed() < Duration::from_secs(5));
        closed.recv_timeout(PATIENCE).expect("the bus was asked");
        assert!(poller.poll(&[], 0).is_err(), "the consumer is gone");
        poller.close(started).expect("a consumer leaves once");
        drop(let_go);
    }

    #[test]
    fn leaving_the_group_returns_the_outcome() {
        let Hung { mut poller, let_go, .. } = hanging(&Stop::new());
        let_go.send(()).unwrap();
        poller.close(Instant::now() + PATIENCE).unwrap();
        let Hung { mut poller, let_go, .. } = hanging(&Stop::new());
        drop(let_go);
        assert!(poller.close(Instant::now() + PATIENCE).is_err());
    }

    #[test]
    fn a_panic_of_the_bus_reaches_the_caller() {
        let stop = Stop::new();
        let Hung { mut poller, let_go, .. } = hanging(&stop);
        let_go.send(()).unwrap();
        poller.wait(&[], 10, Duration::ZERO).unwrap();
        drop(let_go);
        let asked = catch_unwind(AssertUnwindSafe(|| poller.wait(&[], 10, Duration::ZERO)));
        assert!(asked.is_err());
        assert!(poller.wait(&[], 10, Duration::ZERO).unwrap_err().is_transient(), "the bus is gone");
    }
}
